// Workers as they were last seen, credentials by kind, and operations that do not get on.

import { claimableStates, leasedStates, settledStates } from '../../domain/operation.ts';
import { isClaimable } from '../leases.ts';
import type { Query } from '../transaction.ts';

/** A worker as it last told of itself. */
export type SeenWorker = { owner: string; silentSeconds: number; slots: number; running: number };

/** Every worker that told of itself within a day and did not end in order. */
export function listWorkers(sql: Query): Promise<SeenWorker[]> {
  return sql<SeenWorker[]>`
    select owner, extract(epoch from clock_timestamp() - seen_at)::float8 as silent_seconds, slots, running
    from workers order by seen_at desc
  `;
}

/** How many credentials that were not deleted are simulated, and how many are real. */
export async function countCredentials(sql: Query): Promise<{ simulated: number; real: number }> {
  const [counts] = await sql<{ simulated: number; real: number }[]>`
    select count(*) filter (where simulated)::integer as simulated, count(*) filter (where not simulated)::integer as real
    from credentials where deleted_at is null
  `;
  return counts ?? { simulated: 0, real: 0 };
}

/** Why an operation does not get on. */
export type Standstill = 'lease-over' | 'untaken' | 'silent' | 'childless' | 'needs-attention';

/** Operations that do not get on for one reason: how many, and the oldest. */
export type StandstillFacts = {
  reason: Standstill;
  operations: number;
  oldest: string;
  project: string;
  attempt: number;
  seconds: number;
};

/** A lease that nobody extended for so long should have been noticed; a sweep looks every few seconds. */
const leaseGrace = '1 minute';
/** Where something could be begun, it is, long before this. */
const untakenAfter = '5 minutes';
/** Longer than any step may take without a word. */
const silentAfter = '4 hours';

/** Operations that stand still, a row for each reason. */
export function listStandstills(sql: Query): Promise<StandstillFacts[]> {
  const settled = [...settledStates];
  return sql<StandstillFacts[]>`
    with still as (
      select o.id, o.project_id, o.attempt, o.lease_until as since, 'lease-over' as reason from operations o
      where o.state = any(${[...leasedStates]}) and o.lease_until < clock_timestamp() - ${leaseGrace}::interval
      union all
      select o.id, o.project_id, o.attempt, coalesce(o.not_before, o.created_at), 'untaken' from operations o
      join projects p on p.id = o.project_id and p.paused_at is null
      where o.state = any(${[...claimableStates]}) and ${isClaimable({ sql })}
        and coalesce(o.not_before, o.created_at) < clock_timestamp() - ${untakenAfter}::interval
        and not exists (
          select 1 from operations b where b.project_id = o.project_id
            and (b.state = any(${[...leasedStates]}) or b.started_at > clock_timestamp() - ${untakenAfter}::interval)
        )
      union all
      select o.id, o.project_id, o.attempt, last.at, 'silent' from operations o
      cross join lateral (
        select e.at from events e where e.operation_id = o.id order by e.seq desc limit 1
      ) last
      where o.state = any(${[...leasedStates]}) and o.lease_until >= clock_timestamp() - ${leaseGrace}::interval
        and last.at < clock_timestamp() - ${silentAfter}::interval
      union all
      select o.id, o.project_id, o.attempt, o.started_at, 'childless' from operations o
      where o.state = 'waiting' and o.started_at < clock_timestamp() - ${leaseGrace}::interval
        and not exists (select 1 from operations c where c.parent_id = o.id and c.state <> all(${settled}))
      union all
      select o.id, o.project_id, o.attempt, o.created_at, 'needs-attention' from operations o
      where o.state = 'needs_attention' and not exists (
        select 1 from operations later where later.resource_id = o.resource_id and later.position > o.position
      )
    )
    select distinct on (s.reason) s.reason, count(*) over (partition by s.reason)::integer as operations,
      s.id as oldest, p.name as project, s.attempt,
      extract(epoch from clock_timestamp() - s.since)::float8 as seconds
    from still s join projects p on p.id = s.project_id
    order by s.reason, s.since
  `;
}
