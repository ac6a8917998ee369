// Whether requests can be served, and which part is away.

import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../contract/schemas.ts';
import type { Parts } from './call.ts';

const patienceMs = 2000;

/** Asks the database and the queue; the database alone decides. */
export async function checkReadiness({
  store,
  queue,
}: Pick<Parts, 'store' | 'queue'>): Promise<Required<Schemas['Readiness']>> {
  const [database, redis] = await Promise.all([answers(store.ping()), answers(queue.ping())]);
  return { status: database === 'ok' ? 'ready' : 'not-ready', checks: { database, redis } };
}

async function answers(ping: Promise<void>): Promise<'ok' | 'failed'> {
  const asked = ping.then(
    () => 'ok' as const,
    () => 'failed' as const,
  );
  return Promise.race([asked, delay(patienceMs, 'failed' as const, { ref: false })]);
}
