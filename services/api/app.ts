// The HTTP application: every endpoint of the contract as a route, on parts that the process hands in.

import { randomUUID } from 'node:crypto';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { endpointNames, endpointTable, type EndpointName } from '../contract/schemas.ts';
import { createValidators, type EndpointValidator } from '../contract/validator.ts';
import { createBodyReader } from './body/body-reader.ts';
import { bodyLimits } from './body/limits.ts';
import type { AnyAnswer, Handlers, Parts } from './call.ts';
import { handlers as allHandlers } from './handlers.ts';
import { answerOperation } from './plugins/answering.ts';
import { authenticate, type Identity } from './plugins/authentication.ts';
import { installBodyParsers } from './plugins/body.ts';
import { createBrokenRequestHandler } from './plugins/broken-requests.ts';
import { createProblem, describeError, describeProblem, type Problem, problemTypes } from './problems.ts';

/** How the application is built. */
export type AppOptions = {
  parts: Parts;
  logger: FastifyBaseLogger;
  /** Check every answer against the contract and fail those that break it. */
  checkResponses: boolean;
  handlers?: Handlers;
};

/** Sends an answer; in tests, after checking it against the contract. */
export type Sender = (reply: FastifyReply, answer: AnyAnswer) => FastifyReply;

/** Builds the application; it listens to nothing yet. Throws when handlers and contract do not match. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { parts, handlers = allHandlers } = options;
  checkHandlers(Object.keys(handlers));
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    // Requests are logged once, when they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    // A URI of its own for each request, so that a problem's `instance` finds it in the logs of any replica.
    genReqId: () => `urn:uuid:${randomUUID()}`,
    bodyLimit: bodyLimits.bytes,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 128, caseSensitive: true, ignoreTrailingSlash: false },
    clientErrorHandler: createBrokenRequestHandler(refuseRoute),
    frameworkErrors: (error, request, reply) => {
      sendProblem(reply, describeError(error, request.id));
    },
  });
  const validators = createValidators(parts.document);
  installBodyParsers(app, createBodyReader({ validators }));
  app.decorateRequest('identity', null);
  // Before a body is read, and for every method that Node knows, also one that Fastify does not.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? sendRefusal(request, reply) : undefined));
  for (const name of endpointNames) addRoute(app, name, validators[name], options, handlers);
  app.setErrorHandler((error, request, reply) => {
    const problem = describeError(error, request.id);
    logFailure(request, problem, error);
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler(sendRefusal);
  return app;
}

/** Says which endpoints lack a handler and which handlers lack an endpoint; throws when there is one. */
export function checkHandlers(names: readonly string[]): void {
  const missing = endpointNames.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !(endpointNames as string[]).includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const faults = [
    ...missing.map((name) => `no handler for ${name}`),
    ...extra.map((name) => `${name} is not in the contract`),
  ];
  throw new Error(`handlers and contract do not match: ${faults.join('; ')}`);
}

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity | null;
  }
}

function addRoute(
  app: FastifyInstance,
  name: EndpointName,
  validator: EndpointValidator,
  { parts, checkResponses }: AppOptions,
  handlers: Handlers,
): void {
  const { method, path, role } = endpointTable[name];
  const send = createSender(validator, checkResponses);
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: false,
    config: { endpoint: name },
    // Before the body is read, so that a stranger's is not.
    onRequest: async (request) => {
      if (role !== 'none') request.identity = await authenticate(parts, request, role);
    },
    handler: async (request, reply) => {
      const answer = await answerOperation({
        name,
        parts,
        validator,
        handlers,
        request,
        reply,
        identity: request.identity,
      });
      return send(reply, answer);
    },
    onResponse: async (request, reply) => {
      const seconds = reply.elapsedTime / 1000;
      parts.metrics.observeRequest(name, reply.statusCode, seconds);
      const seen = { endpoint: name, method, path: request.url.split('?')[0], status: reply.statusCode, seconds };
      request.log[name === 'getHealth' || name === 'getReadiness' || name === 'getMetrics' ? 'debug' : 'info'](
        seen,
        'answered',
      );
    },
    errorHandler: (error, request, reply) => {
      const problem = describeError(error, request.id);
      logFailure(request, problem, error);
      void send(reply, describeProblem(problem));
    },
  });
}

function createSender(validator: EndpointValidator, checkResponses: boolean): Sender {
  return (reply, answer) => {
    const { status, headers = {}, body } = answer;
    const contentType = answer.contentType ?? (body === undefined ? undefined : 'application/json');
    const isText = typeof body === 'string' || body === undefined || answer.contentType === 'text/event-stream';
    const payload =
      isText && answer.contentType !== undefined ? body : body === undefined ? undefined : JSON.stringify(body);
    if (checkResponses) {
      const seen = isText ? (body === undefined ? undefined : '') : JSON.parse(String(payload));
      const breaches = validator.checkResponse(status, contentType, seen);
      if (breaches.length > 0) throw new Error(`the answer breaks the contract: ${breaches.join('; ')}`);
    }
    void reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
    if (contentType !== undefined) void reply.header('content-type', withCharset(contentType));
    return reply.send(payload);
  };
}

function withCharset(contentType: string): string {
  return /^(application\/(json|problem\+json))$/.test(contentType) ? `${contentType}; charset=utf-8` : contentType;
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, headers } = describeProblem(problem);
  return reply
    .code(status)
    .headers({ ...headers, 'content-type': 'application/problem+json; charset=utf-8' })
    .send(JSON.stringify(problem));
}

function logFailure(request: FastifyRequest, problem: Problem, error: unknown): void {
  if (problem.status >= 500) request.log.error({ err: error, problem: problem.type }, 'failed');
  else request.log.debug({ problem: problem.type, detail: problem.detail }, 'refused');
}

const routePatterns = endpointNames.map((name) => {
  const { method, path } = endpointTable[name];
  return { method, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`) };
});

function sendRefusal(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, allow } = refuseRoute(request.url.split('?')[0] ?? '', request.id);
  if (allow.length > 0) void reply.header('allow', allow.join(', '));
  return sendProblem(reply, problem);
}

function refuseRoute(path: string, instance: string): { problem: Problem; allow: string[] } {
  const allow = routePatterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (allow.length === 0)
    return { problem: createProblem('not-found', `There is nothing at ${path}.`, instance), allow };
  const detail = `${problemTypes['method-not-allowed'].title}: ${allow.join(', ')} are.`;
  return { problem: createProblem('method-not-allowed', detail, instance), allow };
}
