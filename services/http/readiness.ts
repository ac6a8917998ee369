// Whether requests can be served, and which part is away.

import { setTimeout as delay } from 'node:timers/promises';

/** Whoever can be asked whether it is there. */
type Asked = Record<'store' | 'queue', { ping(): Promise<void> }>;

/** How it stands with each part. */
export type Readiness = { status: 'ready' | 'not-ready'; checks: Record<'database' | 'redis', 'ok' | 'failed'> };

const patienceMs = 2000;

const underWay = new WeakMap<Asked['store'], Promise<Readiness>>();

/** Asks the database and the queue; the database alone decides. However many want to know at once, each part is asked once: anybody may. */
export function checkReadiness({ store, queue }: Asked): Promise<Readiness> {
  const known = underWay.get(store);
  if (known !== undefined) return known;
  const check = ask({ store, queue }).finally(() => underWay.delete(store));
  underWay.set(store, check);
  return check;
}

async function ask({ store, queue }: Asked): Promise<Readiness> {
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
