// The HTTP application: every endpoint of the contract as a route, on parts that the process hands in.

import { Readable } from 'node:stream';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { endpointNames, endpointTable, type EndpointName } from '../contract/schemas.ts';
import { createValidators, type EndpointValidator } from '../contract/validator.ts';
import { gatherAcceptances } from './accept-clusters.ts';
import { type BodyReader, type BodyReaderOptions, createBodyReader } from './body/body-reader.ts';
import { bodyLimits } from './body/limits.ts';
import type { AnyAnswer, Handlers, Parts } from './call.ts';
import { handlers as allHandlers } from './handlers.ts';
import { createRequestId, installAnswerHeaders, nameRequest, requestIdHeader } from './plugins/answer-headers.ts';
import { answerOperation, type Together } from './plugins/answering.ts';
import { beginAuditing, tellRefusal } from './plugins/auditing.ts';
import { authenticate, type Identity } from './plugins/authentication.ts';
import { installBodyParsers } from './plugins/body.ts';
import { createBrokenRequestHandler } from './plugins/broken-requests.ts';
import { installDocs } from './plugins/docs.ts';
import { createKeysUnderWay } from './plugins/keys-under-way.ts';
import { countAddress, countCaller, isExempt } from './plugins/limiting.ts';
import { installTurns } from './plugins/turns.ts';
import { installTracing } from './plugins/tracing.ts';
import { installPressure, type PressureBounds } from './plugins/pressure.ts';
import { createProblem, describeError, describeProblem, type Problem, problemTypes } from './problems.ts';
import { createBoundedServer, defaultSocketBounds, type SocketBounds } from '../http/bounded-server.ts';
import { plainHeaders } from '../http/plain-headers.ts';
import type { TlsPair } from '../http/tls.ts';

/** How the application is built. */
export type AppOptions = {
  parts: Parts;
  logger: FastifyBaseLogger;
  /** Check every answer against the contract and fail those that break it. */
  checkResponses: boolean;
  handlers?: Handlers;
  server?: ServerSettings;
  /** The bounds of reading large bodies, where they are not the usual ones. */
  bodies?: Omit<BodyReaderOptions, 'validators'>;
};

/** How the application listens, and what it may come to. */
export type ServerSettings = {
  sockets: SocketBounds;
  pressure: PressureBounds;
  /** Proxies whose word about the caller's address counts, as addresses and ranges. */
  trustedProxies: readonly string[];
  tls: TlsPair | undefined;
  /** Callers reach it by TLS, here or at a proxy. */
  https: boolean;
};

const noBounds: PressureBounds = { eventLoopDelayMs: 0, heapShare: 0 };
const plainServer: ServerSettings = {
  sockets: defaultSocketBounds,
  pressure: noBounds,
  trustedProxies: [],
  tls: undefined,
  https: false,
};

/** Sends an answer; in tests, after checking it against the contract. */
export type Sender = (reply: FastifyReply, answer: AnyAnswer) => FastifyReply;

/** Builds the application; it listens to nothing yet. Throws when handlers and contract do not match. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { parts, handlers = allHandlers, server = plainServer } = options;
  checkHandlers(Object.keys(handlers));
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    // Requests are logged once, when they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestId,
    trustProxy: server.trustedProxies.length === 0 ? false : [...server.trustedProxies],
    bodyLimit: bodyLimits.bytes,
    forceCloseConnections: 'idle',
    serverFactory: (listener) => createBoundedServer(listener, server.sockets, server.tls),
    routerOptions: { maxParamLength: 128, caseSensitive: true, ignoreTrailingSlash: false },
    clientErrorHandler: createBrokenRequestHandler(refuseRoute),
    frameworkErrors: (error, request, reply) => {
      // No hook runs for what has no route.
      void reply.headers({ ...plainHeaders, [requestIdHeader]: nameRequest(request.id) });
      sendProblem(reply, describeError(error, request.id));
    },
  });
  app.decorateRequest('identity', null).decorateRequest('standings', null).decorateRequest('auditing');
  app.addHook('onRequest', async (request) => {
    request.auditing = beginAuditing();
  });
  installTracing(app, parts.tracing);
  installAnswerHeaders(app, server);
  installPressure(app, server.pressure);
  // After those plugins, so that a refusal has its headers and costs the limits nothing.
  app.after(() => {
    installTurns(app, parts.tokens);
    app.addHook('onRequest', async (request, reply) => {
      if (!isExempt(request.routeOptions.config.endpoint)) await countAddress(parts.limits, request, reply);
    });
    // Before a body is read, and for every method that Node knows, also one that Fastify does not.
    app.addHook('onRequest', async (request, reply) => (request.is404 ? sendRefusal(request, reply) : undefined));
  });
  installDocs(app, parts.document);
  const validators = createValidators(parts.document);
  const bodies = createBodyReader({ ...options.bodies, validators });
  installBodyParsers(app, bodies);
  const together = { keys: createKeysUnderWay(), acceptCluster: gatherAcceptances(parts) };
  for (const name of endpointNames)
    addRoute(app, name, { validator: validators[name], bodies }, { ...options, handlers, together });
  app.setErrorHandler((error, request, reply) => {
    const problem = describeError(error, request.id);
    logFailure(request, problem, error);
    return sendProblem(reply, problem, error);
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
  interface FastifyContextConfig {
    endpoint?: EndpointName;
  }
}

function addRoute(
  app: FastifyInstance,
  name: EndpointName,
  { validator, bodies }: { validator: EndpointValidator; bodies: BodyReader },
  { parts, checkResponses, handlers, together }: AppOptions & { handlers: Handlers; together: Together },
): void {
  const { method, path, role } = endpointTable[name];
  const send = createSender(validator, checkResponses);
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: false,
    config: { endpoint: name },
    // Before the body is read, so that a stranger's is not.
    onRequest: async (request, reply) => {
      if (role === 'none') return;
      request.identity = await authenticate(parts, request, role);
      request.endTurn();
      await countCaller(parts.limits, request.identity.caller, request, reply);
    },
    handler: async (request, reply) => {
      const answer = await answerOperation({
        name,
        parts,
        validator,
        bodies,
        handlers,
        request,
        reply,
        identity: request.identity,
        together,
      });
      return send(reply, answer);
    },
    onResponse: async (request, reply) => {
      const seconds = reply.elapsedTime / 1000;
      parts.metrics.observeRequest(name, reply.statusCode, seconds);
      tellRefusal(parts.trail, name, request, reply.statusCode);
      const { caller } = request.auditing;
      const who = caller === null ? {} : { token: caller.id, role: caller.role };
      const project = request.identity?.projectId ?? caller?.projectId;
      const seen = {
        endpoint: name,
        method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        seconds,
        ...who,
        ...(project === undefined || project === null ? {} : { project }),
        requestId: request.id,
      };
      request.log[name === 'getHealth' || name === 'getReadiness' || name === 'getMetrics' ? 'debug' : 'info'](
        seen,
        'answered',
      );
    },
    errorHandler: (error, request, reply) => {
      const problem = describeError(error, request.id);
      logFailure(request, problem, error);
      void send(reply, describeProblem(problem, error));
    },
  });
}

function createSender(validator: EndpointValidator, checkResponses: boolean): Sender {
  return (reply, answer) => {
    const { status, headers = {}, body } = answer;
    reply.request.auditing.answer = answer;
    const contentType = answer.contentType ?? (body === undefined ? undefined : 'application/json');
    const isText = typeof body === 'string' || body === undefined || body instanceof Readable;
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

function sendProblem(reply: FastifyReply, problem: Problem, error?: unknown): FastifyReply {
  const { status, headers } = describeProblem(problem, error);
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
