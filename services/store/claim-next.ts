// Picks what a worker runs next: fair between projects, within the limits of each, the most urgent first.

import { claimableStates, leasedStates, type ResourceKind } from '../domain/operation.ts';
import { claimOperation, isClaimable, type Claim, type ClaimedOperation } from './leases.ts';
import { tableOf } from './resources.ts';
import type { Tx } from './transaction.ts';

/** How many operations may be at work at once; a project may have a limit of its own. */
export type RunningLimits = { perProject: number; perCredential: number };

/** What is next, before anybody took it. */
export type Candidate = {
  id: string;
  resourceKind: ResourceKind;
  resourceId: string;
  /** Of a cluster. */
  provider: string | null;
  simulated: boolean | null;
};

/** Who claims, and whether there is room for what comes next. */
export type NextClaim = Omit<Claim, 'id'> & { limits: RunningLimits; admits(candidate: Candidate): boolean };

/** Any number that no other lock of this database has. */
const claimLock = 7_401_201;
/** A worker that froze in the middle must not hold up the others. */
const frozenAfter = '3s';

/**
 * Claims whatever is to run next. Undefined when nothing waits, everything that waits is at a limit, or what is next does not fit: a
 * big one is not passed by small ones for ever. Claims follow one another, so that limits hold whoever claims.
 */
export async function claimNext(
  tx: Tx,
  { limits, admits, ...claim }: NextClaim,
): Promise<ClaimedOperation | undefined> {
  await tx.sql`select set_config('idle_in_transaction_session_timeout', ${frozenAfter}, true)`;
  await tx.sql`select pg_advisory_xact_lock(${claimLock})`;
  const busy: string[] = [];
  for (;;) {
    const candidate = await findNext(tx, limits, busy);
    if (candidate === undefined || !admits(candidate)) return undefined;
    const claimed = (await tryLock(tx, candidate)) && (await claimOperation(tx, { ...claim, id: candidate.id }));
    if (claimed) return claimed;
    busy.push(candidate.id);
  }
}

/** Somebody who changes the resource just now, and may take long, holds up nobody else's. */
async function tryLock(tx: Tx, { resourceKind, resourceId }: Candidate): Promise<boolean> {
  const [row] = await tx.sql`
    select 1 from ${tableOf(tx, resourceKind)} where id = ${resourceId} for no key update skip locked
  `;
  return row !== undefined;
}

/**
 * The first of each project and credential that has room, and of those the one whose project has least at work. What a worker let go of
 * goes first: it holds its resource, and may cost money.
 */
async function findNext(tx: Tx, limits: RunningLimits, busy: readonly string[]): Promise<Candidate | undefined> {
  const { sql } = tx;
  const [row] = await sql<Candidate[]>`
    with at_work as (
      select project_id, credential_id, count(*)::integer as running from operations
      where state = any(${[...leasedStates]}) group by project_id, credential_id
    ), lines as (
      select distinct project_id, credential_id from operations where state = any(${[...claimableStates]})
    ), open_lines as (
      select l.project_id, l.credential_id, p.running from lines l
      join (
        select p.id, coalesce(sum(w.running), 0) as running, coalesce(p.running_limit, ${limits.perProject}) as most
        from projects p left join at_work w on w.project_id = p.id
        where p.paused_at is null group by p.id
      ) p on p.id = l.project_id
      left join at_work c on c.project_id = l.project_id and c.credential_id = l.credential_id
      where p.running < p.most and (l.credential_id = '' or coalesce(c.running, 0) < ${limits.perCredential})
    )
    select o.id, o.resource_kind, o.resource_id, k.provider, k.simulated
    from open_lines l
    cross join lateral (
      select o.id, o.resource_kind, o.resource_id, o.state = 'queued' as fresh, o.urgency from operations o
      where o.project_id = l.project_id and o.credential_id = l.credential_id
        and o.state in ('queued', 'interrupted') and ${isClaimable(tx)} and o.id <> all(${busy as string[]})
      order by o.state = 'queued', o.urgency, o.id limit 1
    ) o
    left join clusters k on k.id = o.resource_id
    order by o.fresh, l.running, o.urgency, o.id limit 1
  `;
  return row;
}
