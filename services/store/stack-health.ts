// The health of stacks: written before a runner may change anything, cleared by an orderly verdict, read before the next action.

import { FleetyardError } from '../domain/errors.ts';
import { holdLease, type Lease } from './leases.ts';
import type { Tx } from './transaction.ts';

/** A creation whose outcome nobody saw: what the engine needs to look it up again. The store never looks inside. */
export type DoubtfulCreation = Record<string, unknown>;

/** Since when, and by whose runner, a stack may have been left unfinished. */
export type UnsettledMark = {
  since: Date;
  /** Null after an upgrade or a restore, when nobody knows. */
  operationId: string | null;
  fence: number | null;
};

/** Whether a stack has to be looked at before anything else runs on it. */
export type StackHealth = { unsettled: UnsettledMark | null; doubtful: DoubtfulCreation[] };

/** What a stack's doubtful creations are sealed for. */
export const doubtfulContext = (id: string): string => `stacks/${id}/doubtful`;

/** Reads the health of a stack. Throws `not-found`. */
export async function getStackHealth(tx: Tx, stackId: string): Promise<StackHealth> {
  const [row] = await tx.sql<(UnsettledMark & { doubtfulEnc: Buffer | null })[]>`
    select unsettled_at as since, unsettled_operation_id as operation_id, unsettled_fence as fence, doubtful_enc
    from stacks where id = ${stackId}
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no stack "${stackId}".`);
  const { doubtfulEnc, since, operationId, fence } = row;
  return {
    unsettled: since === null ? null : { since, operationId, fence },
    doubtful: doubtfulEnc === null ? [] : openDoubtful(tx, stackId, doubtfulEnc),
  };
}

/**
 * Marks a stack before a runner of the lease may change anything. What an earlier mark left in doubt stays in doubt. From an
 * `up` on, something of the stack may stand again.
 */
export async function markUnsettled(
  tx: Tx,
  lease: Lease,
  { stackId, action }: { stackId: string; action: string },
): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`
    update stacks set
      unsettled_at = coalesce(unsettled_at, clock_timestamp()),
      unsettled_operation_id = ${lease.operationId},
      unsettled_fence = ${lease.fence},
      destroyed_at = ${action === 'up' ? null : tx.sql`destroyed_at`}
    where id = ${stackId}
  `;
}

/** Keeps the creations in doubt, sealed, in place of those kept before. Fenced by the operation's lease. */
export async function saveDoubtful(
  tx: Tx,
  lease: Lease,
  { stackId, doubtful }: { stackId: string; doubtful: readonly DoubtfulCreation[] },
): Promise<void> {
  await holdLease(tx, lease);
  const sealed = doubtful.length === 0 ? null : tx.vault.seal(JSON.stringify(doubtful), doubtfulContext(stackId));
  await tx.sql`
    update stacks set unsettled_at = coalesce(unsettled_at, clock_timestamp()), doubtful_enc = ${sealed}
    where id = ${stackId}
  `;
}

/** Clears mark and doubts. Belongs into the transaction that records the orderly end of a step, and is fenced by its lease. */
export async function markSettled(tx: Tx, lease: Lease, stackId: string): Promise<void> {
  await holdLease(tx, lease);
  await tx.sql`
    update stacks set
      unsettled_at = null, unsettled_operation_id = null, unsettled_fence = null, doubtful_enc = null
    where id = ${stackId}
  `;
}

function openDoubtful(tx: Tx, stackId: string, sealed: Buffer): DoubtfulCreation[] {
  return JSON.parse(tx.vault.open(sealed, doubtfulContext(stackId)).toString('utf8')) as DoubtfulCreation[];
}
