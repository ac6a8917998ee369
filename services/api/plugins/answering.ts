// Answers one call: parameters, body, idempotency, then the endpoint's handler.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Application, type Change, runChange, runSystemChange } from '../../changes/change.ts';
import type { Created } from '../../changes/cluster-operations.ts';
import { type EndpointName, endpointTable, type Schemas } from '../../contract/schemas.ts';
import type { FieldError } from '../../contract/field-errors.ts';
import type { EndpointValidator } from '../../contract/validator.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { Work } from '../../store/open-store.ts';
import type { AcceptCluster } from '../accept-clusters.ts';
import type { BodyReader } from '../body/body-reader.ts';
import { bodyLimits } from '../body/limits.ts';
import type { AnyAnswer, Call, Caller, Handlers, Parts, Subject } from '../call.ts';
import { describeError, ParameterProblem } from '../problems.ts';
import type { Identity } from './authentication.ts';
import { describeChange, tellAnswer, tellChange } from './auditing.ts';
import { refuseWithoutProject } from './authentication.ts';
import { traceChange } from './tracing.ts';
import { answerInUnit, keepRefusal, readKey, type RequestKey } from './idempotency.ts';
import type { KeysUnderWay } from './keys-under-way.ts';

/** One request on its way to a handler. */
export type Answering = {
  name: EndpointName;
  parts: Parts;
  validator: EndpointValidator;
  bodies: Pick<BodyReader, 'read'>;
  handlers: Handlers;
  request: FastifyRequest;
  reply: FastifyReply;
  identity: Identity | null;
  together: Together;
};

/** What requests of one process share. */
export type Together = { keys: KeysUnderWay; acceptCluster: AcceptCluster };

// Operations that need no token are about nobody; their handlers never look.
const nobody: Caller = { id: '', name: '', role: 'viewer', projectId: null };

/** Checks the request, runs its handler and tells the audit trail; throws what becomes a problem. */
export async function answerOperation(answering: Answering): Promise<AnyAnswer> {
  const { name, request, identity, parts } = answering;
  const answer = await answerKeyed(answering);
  await tellAnswer(parts.trail, name, request, { answer, identity });
  return answer;
}

async function answerKeyed(answering: Answering): Promise<AnyAnswer> {
  const { name, request, identity, parts } = answering;
  const key = findKey(request, identity);
  const call = buildCall(answering, key);
  const run = answering.handlers[name] as unknown as (call: Call) => Promise<AnyAnswer>;
  if (key === undefined) return run(call);
  return answering.together.keys.run(key.scope, async () => {
    try {
      return await run(call);
    } catch (error) {
      const problem = describeError(error, request.id);
      return keepRefusal(key, error, { problem, inUnit: (work) => parts.store.asSystem(work) });
    }
  });
}

function findKey(request: FastifyRequest, identity: Identity | null): RequestKey | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || identity === null || request.method === 'GET') return undefined;
  const scope = {
    tokenId: identity.caller.id,
    method: request.method,
    // The project is part of what is asked for when a platform administrator asks.
    path: `${identity.projectId ?? ''}${request.url.split('?')[0] ?? ''}${describeQuery(request.query)}`,
    key: String(key),
  };
  return readKey(scope, request.bodyHash);
}

/** A forced deletion asks for something else than a plain one. */
function describeQuery(query: unknown): string {
  return (query as { force?: unknown }).force === 'true' ? '?force=true' : '';
}

function buildCall(
  { name, parts, validator, bodies, request, reply, identity, together }: Answering,
  key: RequestKey | undefined,
): Call {
  const { parameters, errors } = validator.checkParameters({
    path: request.params as Record<string, unknown>,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
  });
  if (errors.length > 0) throw new ParameterProblem(errors);
  checkBody(name, request);
  const caller = identity?.caller ?? nobody;
  const projectId = identity?.projectId ?? null;
  const getProjectId = (): string => projectId ?? refuseWithoutProject();
  const getApplication = (project: string | null, trace: string | undefined): Application => ({
    store: parts.store,
    catalogue: parts.catalogue,
    defaultAllowedCidrs: parts.defaultAllowedCidrs,
    clock: parts.clock,
    actor: { id: caller.id, role: caller.role, projectId: project, trace },
  });
  const keeping =
    (work: (change: Change) => Promise<AnyAnswer>) =>
    async (change: Change): Promise<AnyAnswer> => {
      const answer = await (key === undefined ? work(change) : answerInUnit(change.tx, key, () => work(change)));
      await tellChange(change.tx, name, request, answer);
      return answer;
    };
  let signal: AbortSignal | undefined;
  return {
    parts,
    caller,
    projectId,
    getProjectId,
    asProject: async <T>(work: Work<T>) => parts.store.asProject(getProjectId(), work),
    asChange: async (work: (change: Change) => Promise<AnyAnswer>) =>
      traceChange(request, name, (trace) => runChange(getApplication(getProjectId(), trace), keeping(work))),
    acceptCluster: (body: Schemas['ClusterRequest'], answer: (created: Created) => AnyAnswer) => {
      const project = getProjectId();
      const describe = (given: AnyAnswer) => describeChange(name, request, given, project);
      return traceChange(request, name, (trace) =>
        together.acceptCluster(project, { request: body, author: { id: caller.id, trace }, key, answer, describe }),
      );
    },
    asSystemChange: (work: (change: Change) => Promise<AnyAnswer>) =>
      traceChange(request, name, (trace) => runSystemChange(getApplication(projectId, trace), keeping(work))),
    noteSubject: (subject: Subject) => {
      const { id = null, name: called = null } = subject;
      request.auditing.subject = { id, name: called };
    },
    checkDocument: (endpoint: EndpointName, document: unknown) => checkDocument(bodies, endpoint, document),
    body: request.body,
    path: parameters.path,
    query: parameters.query,
    headers: request.headers,
    // Made for those who ask: few do, and it costs more than the rest of this.
    get signal() {
      return (signal ??= AbortSignal.any([followClose(reply), parts.closing]));
    },
    log: request.log,
  } as unknown as Call;
}

/** Of the response: the socket outlives it, and would gather a listener a request. */
function followClose({ raw }: FastifyReply): AbortSignal {
  const abort = new AbortController();
  raw.once('close', () => abort.abort());
  if (raw.destroyed) abort.abort();
  return abort.signal;
}

function checkBody(name: EndpointName, { body, bodyFaults }: FastifyRequest): void {
  const { body: schema, bodyOptional = false } = endpointTable[name];
  if (schema === null || (body === undefined && bodyOptional)) return;
  if (body === undefined) throw new FleetyardError('malformed-body', 'The body is empty.');
  refuseFaults(bodyFaults ?? []);
}

/** Where a body of its size would be checked, and within the limits of one. */
async function checkDocument(bodies: Pick<BodyReader, 'read'>, endpoint: EndpointName, document: unknown) {
  const text = JSON.stringify(document);
  if (Buffer.byteLength(text) > bodyLimits.bytes)
    throw new FleetyardError('payload-too-large', `The document would have more than ${bodyLimits.bytes} bytes.`);
  const task = { text, format: 'json', endpoint, limits: bodyLimits, hashed: false } as const;
  const { value, faults } = await bodies.read(task);
  refuseFaults(faults);
  return value;
}

function refuseFaults(details: FieldError[]): void {
  if (details.length === 0) return;
  const message = details.length === 1 ? '1 field is wrong.' : `${details.length} fields are wrong.`;
  throw new FleetyardError('validation', message, { details });
}
