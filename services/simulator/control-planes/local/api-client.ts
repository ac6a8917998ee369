// Speaks to a local control plane's API server as the administrator that the simulated cloud is: JSON there and back, nothing more.
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Values } from '../../ledger/resource.ts';

/** An answer that is no success. */
export class ApiFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
  }
}

/** A client of one API server. */
export type ApiClient = {
  call(method: string, path: string, body?: unknown): Promise<Values>;
  /** Waits until it is ready; rejects when it is not in time, or when the signal says so. */
  untilReady(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
};

const CALL_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 50;
const MOST_CONNECTIONS = 8;

/** Makes a client. */
export function createApiClient(authority: string, identity: { ca: string; cert: string; key: string }): ApiClient {
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: MOST_CONNECTIONS });
  const send = (method: string, path: string, body?: unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const headers = sent === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(sent) };
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request(new URL(path, `https://${authority}`), { method, agent, headers, signal });
      asked.on('error', reject);
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0 } = response;
          if (statusCode < 300) return resolve(text);
          reject(new ApiFailure(statusCode, `${method} ${path}: ${explain(text)}`));
        });
      });
      asked.end(sent);
    });
  return {
    async call(method, path, body) {
      return JSON.parse(await send(method, path, body)) as Values;
    },
    async untilReady(timeoutMs, signal) {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const reason = await send('GET', '/readyz', undefined, 2_000).then(
          () => undefined,
          (error: Error) => error.message,
        );
        if (reason === undefined) return;
        if (performance.now() > end) {
          throw new Error(`the API server at ${authority} is not ready after ${timeoutMs / 1000} s: ${reason}`);
        }
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
    },
    close: () => agent.destroy(),
  };
}

function explain(text: string): string {
  try {
    return String((JSON.parse(text) as Values)['message']);
  } catch {
    return text.slice(0, 300);
  }
}
