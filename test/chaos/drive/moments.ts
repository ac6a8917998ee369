// Waits for the moment of an act: a condition of the service, looked up behind everybody's back, with a bound.
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Moment } from '../moment.ts';
import { listStepProcesses } from '../world/step-processes.ts';
import type { World } from '../world/world.ts';

const boundMs = 12_000;
const everyMs = 100;
const settled = ['succeeded', 'failed', 'cancelled', 'needs_attention'];

/** Waits; says whether the moment came, or the bound did. */
export async function awaitMoment(
  world: World,
  moment: Moment,
  operationsOf: (request: number) => readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + boundMs;
  for (;;) {
    if (await isMoment(world, moment, operationsOf)) return true;
    if (Date.now() > end) return false;
    await delay(everyMs, undefined, { signal });
  }
}

async function isMoment(
  { sql, directory }: World,
  moment: Moment,
  operationsOf: (request: number) => readonly string[],
): Promise<boolean> {
  switch (moment.when) {
    case 'now':
      return true;
    case 'working':
      return (await listStepProcesses(directory)).some(({ program }) => program === 'cli');
    case 'recovering':
      return look(() => findRecovering(sql));
    case 'settled': {
      const ids = operationsOf(moment.request);
      return (
        ids.length === 0 || look(() => sql`select 1 from operations where id = any(${ids}) and state = any(${settled})`)
      );
    }
    case 'layer': {
      const ids = operationsOf(moment.request);
      if (ids.length === 0) return true;
      return look(
        () => sql`
          select 1 from steps s join operations o on o.id = s.operation_id
          where o.id = any(${ids}) and (o.state = any(${settled}) or s.layer = ${moment.layer} and s.state = 'running')
        `,
      );
    }
  }
}

/** An operation that was claimed again, and whose engine is at work. */
function findRecovering(sql: Sql): PromiseLike<readonly unknown[]> {
  return sql`
    select 1 from operations o join steps s on s.operation_id = o.id
    where o.state = 'running' and o.attempt > o.retries + 1 and s.state = 'running' and s.kind = 'engine'
      and exists (select 1 from events e where e.operation_id = o.id and e.data ->> 'from' = 'interrupted')
  `;
}

/** A restarted server breaks the judge's connections, too. */
async function look(query: () => PromiseLike<readonly unknown[]>): Promise<boolean> {
  try {
    return (await query()).length > 0;
  } catch {
    return false;
  }
}
