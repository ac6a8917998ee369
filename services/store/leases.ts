// Leases with fences: who may write an operation now. All times are the database's.

import type { Signal } from '../domain/consequences.ts';
import { FleetyardError } from '../domain/errors.ts';
import { removingKinds } from '../domain/operation-kinds.ts';
import { claimableStates, leasedStates, settledStates, type OperationState } from '../domain/operation.ts';
import { noteSignal } from './consequences.ts';
import { appendEvent } from './events.ts';
import { findOperation, operationColumns, type OperationRow } from './operations.ts';
import { lockResource, refreshPhase } from './resources.ts';
import { columns, type Tx } from './transaction.ts';

/** The right to write an operation; the fence grows with each claim, so that a late writer fails. */
export type Lease = { operationId: string; fence: number };

/** An operation that was just claimed. */
export type ClaimedOperation = OperationRow & {
  /** The state before. `interrupted` means that an earlier worker vanished: look before anything runs. */
  claimedFrom: OperationState;
};

/** Who claims what for how long. */
export type Claim = { id: string; owner: string; leaseSeconds: number };

/**
 * Claims an operation: it is due, and nothing earlier of its resource is unsettled. Undefined means that there is nothing
 * to do now. It becomes `running`, or `cancelling` when a cancel was asked for before its last worker vanished.
 */
export async function claimOperation(
  tx: Tx,
  { id, owner, leaseSeconds }: Claim,
): Promise<ClaimedOperation | undefined> {
  const seen = await findOperation(tx, id);
  if (seen === undefined || !(claimableStates as readonly string[]).includes(seen.state)) return undefined;
  await lockResource(tx, seen);
  const [row] = await tx.sql<ClaimedOperation[]>`
    with candidate as (
      select o.id, o.state as claimed_from from operations o
      where o.id = ${id} and ${isClaimable(tx)}
      for update skip locked
    ), claimed as (
      update operations o set
        state = case when o.cancel_requested_at is null then 'running' else 'cancelling' end,
        fence = fence + 1,
        lease_owner = ${owner},
        lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}),
        not_before = null,
        started_at = coalesce(started_at, clock_timestamp()),
        -- Why it was asked to stop is what it ends with.
        error = case when o.cancel_requested_at is null then null else o.error end
      from candidate where o.id = candidate.id
      returning o.*, candidate.claimed_from
    )
    select ${columns(tx, [...operationColumns, 'claimedFrom'])} from claimed
  `;
  if (row === undefined) return undefined;
  const data = { from: row.claimedFrom, to: row.state, attempt: row.attempt };
  await appendEvent(tx, { operationId: id, type: 'state', data });
  await refreshPhase(tx, row);
  return row;
}

/** Extends a lease. `lost` means that the operation was taken over or ended: stop at once. */
export async function extendLease(
  tx: Tx,
  { operationId, fence, leaseSeconds }: Lease & { leaseSeconds: number },
): Promise<{ lost: true } | { lost: false; cancelRequested: boolean }> {
  const [row] = await tx.sql<{ cancelRequested: boolean }[]>`
    update operations set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where id = ${operationId} and fence = ${fence} and state = any(${[...leasedStates]})
    returning cancel_requested_at is not null as cancel_requested
  `;
  return row === undefined ? { lost: true } : { lost: false, cancelRequested: row.cancelRequested };
}

/** Locks the operation for the rest of the unit of work and throws `lease-lost` unless the lease still holds. */
export async function holdLease(tx: Tx, { operationId, fence }: Lease): Promise<void> {
  const [row] = await tx.sql`
    select 1 from operations
    where id = ${operationId} and fence = ${fence} and state = any(${[...leasedStates]})
    for no key update
  `;
  if (row === undefined) throw new FleetyardError('lease-lost', `The lease on operation "${operationId}" is lost.`);
}

/** Counts a death of an operation that the caller holds. */
export async function countDeath(tx: Tx, lease: Lease): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`update operations set deaths = deaths + 1 where id = ${lease.operationId}`;
}

/**
 * Marks operations whose worker stopped extending its lease as `interrupted` and returns their signals. The fence and the
 * attempt grow, and the death is counted unless the worker is known not to have died of it: the late worker fails, and the queue takes
 * a job although it may still hold the dead worker's.
 */
export async function expireLeases(
  tx: Tx,
  { limit = 50, countDeaths = true }: { limit?: number; countDeaths?: boolean } = {},
): Promise<Signal[]> {
  const expired = await tx.sql<(OperationRow & { leftState: OperationState; leftOwner: string | null })[]>`
    with late as (
      select o.id, o.state as left_state, o.lease_owner as left_owner from operations o
      where o.state = any(${[...leasedStates]}) and o.lease_until < clock_timestamp()
      order by o.id limit ${limit}
      for no key update skip locked
    ), marked as (
      update operations o set
        state = 'interrupted', fence = fence + 1, attempt = attempt + 1, deaths = deaths + ${countDeaths ? 1 : 0},
        lease_owner = null, lease_until = null
      from late where o.id = late.id
      returning o.*, late.left_state, late.left_owner
    )
    select ${columns(tx, [...operationColumns, 'leftState', 'leftOwner'])} from marked order by id
  `;
  for (const row of expired) {
    const data = { from: row.leftState, to: row.state, attempt: row.attempt, owner: row.leftOwner };
    await appendEvent(tx, { operationId: row.id, type: 'state', data });
    noteSignal(tx, row);
  }
  return expired.map(({ id, attempt }) => ({ operationId: id, attempt }));
}

/**
 * Operations that a worker could claim now: queued ones that are due and first in their line, and interrupted ones. The
 * sweep adds them to the queue again; adding one that is still there does nothing.
 */
export async function listLostJobs(tx: Tx, { limit = 500 }: { limit?: number } = {}): Promise<Signal[]> {
  return tx.sql<Signal[]>`
    select o.id as operation_id, o.attempt from operations o
    where ${isClaimable(tx)}
    order by o.id limit ${limit}
  `;
}

/** What may be claimed now, of operations as `o`: it is due, first in the line of its resource, and no federation goes before its members and placements. */
export function isClaimable({ sql }: Pick<Tx, 'sql'>) {
  return sql`
    o.state = any(${[...claimableStates]})
      and (o.not_before is null or o.not_before <= clock_timestamp())
      and not exists (
        select 1 from operations e
        where e.resource_id = o.resource_id and e.position < o.position and e.state <> all(${[...settledStates]})
      )
      and not (o.resource_kind = 'federation' and o.kind = any(${removingKinds}) and exists (
        select 1 from clusters c where c.federation_id = o.resource_id and c.deleted_at is null
        union all select 1 from placements p where p.federation_id = o.resource_id and p.deleted_at is null
      ))
  `;
}
