// The daemon's routes for the hub of an account that chose real control planes: where it is, and its end.
import { setTimeout as delay } from 'node:timers/promises';
import type { Hubs } from '../control-planes/local/hub/hubs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Answer } from './answer.ts';

/** What the routes work with. */
export type HubParts = { ledger: Ledger; hubs: Hubs };

/** Whoever asks does not wait longer for a hub that is being started, and asks again. */
const PATIENCE_MS = 8_000;

/** Answers `/v1/hub` for an account that has shown its token. The first GET starts the hub. */
export async function answerHub({ ledger, hubs }: HubParts, method: string, account: string): Promise<Answer> {
  if (ledger.getControlPlanesOf(account) !== 'local') {
    return fail(409, 'no-hub', 'the hub of this account is played by the ledger');
  }
  if (method === 'DELETE') {
    await hubs.close(account);
    return { status: 200, body: {} };
  }
  if (method !== 'GET') return fail(405, 'method-not-allowed', 'a hub is read or deleted');
  const late = new AbortController();
  const starting = hubs.open(account);
  try {
    const found = await Promise.race([starting, delay(PATIENCE_MS, undefined, { signal: late.signal })]);
    if (!found) return fail(503, 'starting', 'the hub is being started');
    const { authority, certificateAuthority } = found;
    return { status: 200, body: { authority, certificateAuthority } };
  } catch (error) {
    return fail(503, 'failed', `the hub does not start: ${(error as Error).message}`);
  } finally {
    late.abort();
    // Nobody hears of a failure that comes later; the next call does.
    starting.catch(() => undefined);
  }
}

function fail(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}
