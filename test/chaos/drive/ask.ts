// Sends requests as a careful caller does: again after no answer, with the same key, to whichever API there is.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { unwrap, type FleetyardClient } from '../../../services/contract/client.ts';
import type { Schemas } from '../../../services/contract/schemas.ts';
import type { Request, Subject } from '../schedule.ts';
import type { World } from '../world/world.ts';

type Operation = Schemas['Operation'];

/** What came of a request. */
export type Outcome =
  | { outcome: 'accepted'; operations: Operation[] }
  | { outcome: 'refused'; status: number; type: string; detail: string }
  /** Nobody answered within the bound: it may have been accepted. */
  | { outcome: 'unanswered'; detail: string };

/** The caller. */
export type Caller = {
  send(request: Request): Promise<Outcome>;
  /** Asks for one thing again and again until there is an answer; undefined when there is no such thing. */
  read<T>(
    call: (client: FleetyardClient) => Promise<{ data?: T; error?: unknown; response: Response }>,
  ): Promise<T | undefined>;
  /** The newest operation of what is named; undefined when there is none. */
  findNewest(kind: Subject['kind'], name: string): Promise<Operation | undefined>;
};

const boundMs = 90_000;
const pauseMs = 400;

/** Makes a caller over a world's APIs. */
export function createCaller({ clients }: World, signal: AbortSignal): Caller {
  let turn = 0;
  /** Goes on while there is no answer, or one that says to come again. */
  const persist = async <T>(
    call: (client: FleetyardClient) => Promise<{ data?: T; error?: unknown; response: Response }>,
  ) => {
    const end = Date.now() + boundMs;
    for (;;) {
      const client = clients[turn++ % clients.length] as FleetyardClient;
      const answer = await call(client).catch((error: unknown) => ({ error, response: undefined, data: undefined }));
      const { response } = answer;
      if (response !== undefined && response.status < 500 && !isInFlight(answer.error)) return { ...answer, response };
      if (Date.now() > end) throw new Error(`nobody answered in ${boundMs / 1000} s: ${describe(answer.error)}`);
      await delay(pauseMs, undefined, { signal });
    }
  };
  const read: Caller['read'] = async (call) => {
    const answer = await persist(call);
    return answer.response.status === 404 ? undefined : unwrap(answer);
  };
  const findNewest: Caller['findNewest'] = async (kind, name) => {
    const found = await read<{ id: string }>((client) =>
      kind === 'fleet'
        ? client.GET('/v1/fleets/{fleet}', { params: { path: { fleet: name } } })
        : client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: name } } }),
    );
    if (found === undefined) return undefined;
    const query = { resource: found.id, limit: 1 };
    return (await read((client) => client.GET('/v1/operations', { params: { query } })))?.items[0];
  };
  return {
    read,
    findNewest,
    async send(request) {
      try {
        const call = await prepare(request, findNewest);
        if (call === undefined)
          return { outcome: 'refused', status: 404, type: 'none', detail: 'there is nothing to ask for' };
        const answer = await persist<Change>(call);
        if (answer.data === undefined) return { outcome: 'refused', ...describeRefusal(answer) };
        return { outcome: 'accepted', operations: listOperations(answer.data) };
      } catch (error) {
        signal.throwIfAborted();
        return { outcome: 'unanswered', detail: (error as Error).message };
      }
    },
  };
}

/** What a change answers: an operation, or what changed with its operations. */
type Change = Operation | { operation: Operation | null; children?: Operation[] };
type Call = (client: FleetyardClient) => Promise<{ data?: Change; error?: unknown; response: Response }>;

async function prepare(request: Request, findNewest: Caller['findNewest']): Promise<Call | undefined> {
  const header = { 'Idempotency-Key': randomUUID() };
  switch (request.ask) {
    case 'create':
      return ({ POST }) => {
        const { kind, document } = request.subject;
        return kind === 'fleet'
          ? POST('/v1/fleets', { params: { header }, body: document })
          : POST('/v1/clusters', { params: { header }, body: document });
      };
    case 'apply':
      return ({ PUT }) => {
        const { kind, document } = request.subject;
        return kind === 'fleet'
          ? PUT('/v1/fleets/{fleet}', { params: { path: { fleet: document.name } }, body: document })
          : PUT('/v1/clusters/{cluster}', { params: { path: { cluster: document.name } }, body: document });
      };
    case 'delete':
      return ({ DELETE }) =>
        request.kind === 'fleet'
          ? DELETE('/v1/fleets/{fleet}', { params: { path: { fleet: request.name } } })
          : DELETE('/v1/clusters/{cluster}', { params: { path: { cluster: request.name } } });
    case 'cancel':
    case 'retry': {
      const newest = await findNewest(request.kind, request.name);
      if (newest === undefined) return undefined;
      const params = { path: { operation: newest.id }, header };
      return ({ POST }) =>
        request.ask === 'cancel'
          ? POST('/v1/operations/{operation}/cancel', { params })
          : POST('/v1/operations/{operation}/retry', { params });
    }
  }
}

function listOperations(change: Change): Operation[] {
  if ('steps' in change) return [change];
  return [...(change.operation === null ? [] : [change.operation]), ...(change.children ?? [])];
}

function describeRefusal({ error, response }: { error?: unknown; response: Response }) {
  const { type = '', detail = '', errors } = (error ?? {}) as Partial<Schemas['Problem']>;
  return { status: response.status, type, detail: `${detail}${errors === undefined ? '' : JSON.stringify(errors)}` };
}

function isInFlight(error: unknown): boolean {
  return String((error as Partial<Schemas['Problem']> | undefined)?.type).endsWith(':idempotency-in-flight');
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : JSON.stringify(error);
}
