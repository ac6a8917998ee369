// What is forgotten after its time, a batch at a time: settled operations with their steps and events, and safety copies of stacks.

import { makingKinds } from '../domain/operation-kinds.ts';
import { settledStates } from '../domain/operation.ts';
import type { Tx } from './transaction.ts';

/** How long and how many are kept; `limit` bounds one batch. */
export type Keeping = { days: number; kept: number; limit?: number };

const batch = 500;

/**
 * Forgets operations that ended long ago, the oldest first, and returns how many. The newest of each living resource stay, and those that
 * made it; a tombstone keeps none. A child stays as long as its parent would, and a parent as long as one of its children is there.
 */
export async function deleteOldOperations(tx: Tx, { days, kept, limit = batch }: Keeping): Promise<number> {
  const { sql } = tx;
  const isPast = (name: string) => {
    const o = sql(name);
    return sql`(
      ${o}.finished_at < now() - make_interval(secs => ${days} * 86400.0)
      and ${o}.state = any(${[...settledStates]})
      and (
        exists (
          select 1 from clusters where id = ${o}.resource_id and deleted_at is not null
          union all select 1 from fleets where id = ${o}.resource_id and deleted_at is not null
          union all select 1 from federations where id = ${o}.resource_id and deleted_at is not null
          union all select 1 from placements where id = ${o}.resource_id and deleted_at is not null
        )
        or (
          ${o}.kind <> all(${makingKinds})
          and (
            select count(*) from (
              select 1 from operations newer
              where newer.resource_id = ${o}.resource_id and newer.id > ${o}.id limit ${kept}
            ) counted
          ) >= ${kept}
        )
      )
    )`;
  };
  const { count } = await sql`
    delete from operations where id = any(array(
      select o.id from operations o
      where ${isPast('o')}
        and not exists (select 1 from operations child where child.parent_id = o.id)
        and not exists (select 1 from operations parent where parent.id = o.parent_id and not ${isPast('parent')})
      order by o.finished_at limit ${limit}
    ))
  `;
  return count;
}

/** Forgets old safety copies, and returns how many; the newest of each stack stays however old it is. */
export async function deleteOldSnapshots(tx: Tx, { days, kept, limit = batch }: Keeping): Promise<number> {
  const { count } = await tx.sql`
    delete from snapshots s using (
      select stack_id, taken_at from (
        select stack_id, taken_at, row_number() over (partition by stack_id order by taken_at desc) as place from snapshots
      ) placed
      where place > 1 and (place > ${kept} or taken_at < now() - make_interval(secs => ${days} * 86400.0))
      order by taken_at limit ${limit}
    ) old
    where s.stack_id = old.stack_id and s.taken_at = old.taken_at
  `;
  return count;
}
