// The typed client of the service: requests by path and method, and an operation's events as they happen.

import { setTimeout as delay } from 'node:timers/promises';
import createFetchClient, { type Client } from 'openapi-fetch';
import { readEventStream } from './event-stream.ts';
import type { paths } from './generated/types.ts';
import { endpointTable, type Schemas } from './schemas.ts';

/** Where the service is and who calls. */
export type ClientOptions = {
  baseUrl: string;
  token: string;
  /** Id or name; a platform-admin token needs it. */
  project?: string;
  fetch?: typeof globalThis.fetch;
};

/** The typed client, with a reader of events. */
export type FleetyardClient = Client<paths> & {
  /**
   * Yields an operation's events from `after` on until the operation has come to rest, and connects again, resuming
   * where it was, when the stream breaks.
   */
  followEvents: (
    operation: string,
    options?: { after?: number; signal?: AbortSignal },
  ) => AsyncGenerator<Schemas['OperationEvent']>;
};

/** An answer that is not a success, with the service's own words. */
export class ProblemError extends Error {
  readonly problem: Schemas['Problem'];

  constructor(problem: Schemas['Problem']) {
    super([problem.title, problem.detail, ...(problem.errors ?? []).map(describeField)].filter(Boolean).join('\n'));
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

const mergePatches = new Set(
  Object.values(endpointTable).flatMap(({ method, path, mergePatch }) =>
    mergePatch === true ? [`${method} ${path}`] : [],
  ),
);

/** Makes a client. */
export function createClient(options: ClientOptions): FleetyardClient {
  const headers = {
    authorization: `Bearer ${options.token}`,
    ...(options.project === undefined ? {} : { 'Fleetyard-Project': options.project }),
  };
  const fetch = options.fetch ?? globalThis.fetch;
  const client = createFetchClient<paths>({ baseUrl: options.baseUrl, headers, fetch });
  client.use({
    onRequest({ request, schemaPath }) {
      if (!mergePatches.has(`${request.method} ${schemaPath}`)) return undefined;
      request.headers.set('content-type', 'application/merge-patch+json');
      return request;
    },
  });
  return Object.assign(client, {
    followEvents: (operation: string, follow: { after?: number; signal?: AbortSignal } = {}) =>
      followEvents({ url: `${options.baseUrl}/v1/operations/${operation}/events`, headers, fetch, ...follow }),
  });
}

/** The data of an answer, or a `ProblemError`. */
export function unwrap<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data !== undefined) return answer.data;
  throw new ProblemError(readProblem(answer.error, answer.response.status));
}

function readProblem(error: unknown, status: number): Schemas['Problem'] {
  if (typeof error === 'object' && error !== null && 'type' in error) return error as Schemas['Problem'];
  // Something between here and the service answered in its place.
  return { type: 'urn:fleetyard:problem:unavailable', title: `The service answered ${status}`, status };
}

function describeField(field: Schemas['FieldError']): string {
  return `  ${field.pointer ?? field.parameter ?? ''}: ${field.detail}`;
}

const reconnectMs = 500;

async function* followEvents(options: {
  url: string;
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
  after?: number;
  signal?: AbortSignal;
}): AsyncGenerator<Schemas['OperationEvent']> {
  const signal = options.signal ?? new AbortController().signal;
  let last = options.after ?? 0;
  while (!signal.aborted) {
    try {
      const headers = { ...options.headers, accept: 'text/event-stream', 'Last-Event-ID': String(last) };
      const response = await options.fetch(options.url, { headers, signal });
      if (!response.ok) {
        const problem = readProblem(await response.json().catch(() => undefined), response.status);
        if (response.status !== 503) throw new ProblemError(problem);
      } else if (response.body !== null) {
        for await (const event of readEventStream(response.body)) {
          if (event.event === 'end') return;
          const entry = JSON.parse(event.data) as Schemas['OperationEvent'];
          last = entry.seq;
          yield entry;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProblemError) throw error;
    }
    // Only a broken stream comes here; a finished one returned above.
    await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
  }
}
