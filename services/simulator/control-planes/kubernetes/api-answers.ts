// What the HTTP API of simulated API servers answers, whatever was asked.
import type { Values } from '../../ledger/resource.ts';

/** An answer of an API server. */
export type ApiAnswer = { status: number; body: Values | string };

/** What is asked of an API server. */
export type ApiRequest = { id: string; path: string; token: string; now: Date };

/** A failure as API servers tell it. */
export function fail(code: number, reason: string, message: string): ApiAnswer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, body };
}
