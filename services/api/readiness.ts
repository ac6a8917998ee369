// Whether requests can be served, and which part is away.

import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../contract/schemas.ts';
import type { Parts } from './call.ts';

const patienceMs = 2000;

type Readiness = Required<Schemas['Readiness']>;
type Asked = Pick<Parts, 'store' | 'queue'>;

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
