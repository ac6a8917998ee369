// How a thin plugin asks the daemon: one HTTP call a provider call, with the account of the step's environment.
import { Agent, request } from 'node:http';
import { readJson, writeJson } from '../kit/json.ts';
import type { Properties } from '../kit/values.ts';

/** Which daemon, which account. */
export type DaemonAccess = { url: string; account: string; token: string };

/** A failure as the daemon tells it. */
export type DaemonFailure = {
  code: string;
  message: string;
  retryable: boolean;
  partial?: { id: string; outputs: Properties; secrets: string[] };
};

/** A call that the simulated cloud refused. */
export class DaemonError extends Error {
  readonly failure: DaemonFailure;

  constructor(failure: DaemonFailure) {
    super(failure.message);
    this.name = 'DaemonError';
    this.failure = failure;
  }
}

/** Asks the daemon; unknown values travel as a sentinel. */
export type AskDaemon = <T>(call: string, body: Record<string, unknown>, signal?: AbortSignal) => Promise<T>;

/** Makes the function that asks. */
export function createDaemonClient(access: DaemonAccess): AskDaemon {
  const agent = new Agent({ keepAlive: true });
  return async <T>(call: string, body: Record<string, unknown>, signal?: AbortSignal) => {
    const { status, answer } = await post(access, agent, `/v1/provider/${call}`, writeJson(body), signal);
    const { error } = answer as { error?: DaemonFailure };
    if (status !== 200) {
      const failure = error ?? { code: 'Unavailable', message: `the simulator answered ${status}`, retryable: true };
      throw new DaemonError(failure);
    }
    return answer as T;
  };
}

function post(
  access: DaemonAccess,
  agent: Agent,
  path: string,
  body: string,
  signal: AbortSignal | undefined,
): Promise<{ status: number; answer: unknown }> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'fleetyard-account': access.account,
    authorization: `Bearer ${access.token}`,
  };
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, access.url), { method: 'POST', agent, headers, ...(signal ? { signal } : {}) });
    call.on('error', (error: NodeJS.ErrnoException) => {
      // Some of Node's messages ("socket hang up") leave the code out, by which such failures are told apart.
      const reason = `the simulated cloud could not be reached: ${error.message} (${error.code ?? 'unknown'})`;
      reject(new Error(reason, { cause: error }));
    });
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        try {
          const answer = readJson(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, answer });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    call.end(body);
  });
}
