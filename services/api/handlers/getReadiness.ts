import { setTimeout as delay } from 'node:timers/promises';
import type { Handler } from '../call.ts';

const patienceMs = 2000;

/** Asks the database and the queue; the database alone decides. */
export const getReadiness: Handler<'getReadiness'> = async ({ parts }) => {
  const [database, redis] = await Promise.all([answers(parts.store.ping()), answers(parts.queue.ping())]);
  const checks = { database, redis };
  if (database === 'ok') return { status: 200, body: { status: 'ready', checks } };
  return { status: 503, headers: { 'retry-after': '5' }, body: { status: 'not-ready', checks } };
};

async function answers(ping: Promise<void>): Promise<'ok' | 'failed'> {
  const asked = ping.then(
    () => 'ok' as const,
    () => 'failed' as const,
  );
  return Promise.race([asked, delay(patienceMs, 'failed' as const, { ref: false })]);
}
