// The end of an operation: what it leaves on its resource, who is next in line, and what it means to its parent.

import { settledStates, type OperationState } from '../domain/operation.ts';
import { noteSignal } from './consequences.ts';
import { moveOperation, type Move } from './move-operation.ts';
import {
  findOperation,
  getOperation,
  hasUnsettledChild,
  listChildOutcomes,
  operationColumns,
  type OperationError,
  type OperationRow,
} from './operations.ts';
import { lockResource, refreshPhase, settleResource } from './resources.ts';
import type { Lease } from './leases.ts';
import { columns, type Tx } from './transaction.ts';

/** How an operation may end. */
export type Outcome = (typeof settledStates)[number];

/**
 * Ends an operation whose lease the caller holds, and in the same transaction updates its resource, lets the next one in
 * line go, and ends the parent when this was its last child.
 */
export async function finishOperation(
  tx: Tx,
  { operationId, fence, outcome, error = null }: Lease & { outcome: Outcome; error?: OperationError | null },
): Promise<OperationRow> {
  await lockFamily(tx, await getOperation(tx, operationId));
  return settleOperation(tx, { id: operationId, to: outcome, fence, error });
}

/** Ends an operation; the caller has locked its resource. */
export async function settleOperation(tx: Tx, move: Move & { to: Outcome }): Promise<OperationRow> {
  const operation = await moveOperation(tx, move);
  if (operation.state === 'succeeded') await settleResource(tx, operation, operation);
  await refreshPhase(tx, operation);
  await signalNextInLine(tx, operation.resourceId);
  if (operation.parentId !== null) await advanceParent(tx, operation.parentId);
  return operation;
}

/**
 * Hands a parent over to its children: it gives up its lease and waits, or ends at once when all of them have ended. A
 * parent that was asked to cancel meanwhile goes on cancelling without a lease.
 */
export async function waitForChildren(tx: Tx, { operationId, fence }: Lease): Promise<OperationRow> {
  await lockResource(tx, await getOperation(tx, operationId));
  // Read under the lock: a cancel may have come just before.
  const { state, ...parent } = await getOperation(tx, operationId);
  if (state === 'cancelling') await leaveLease(tx, { operationId, fence });
  else await moveOperation(tx, { id: operationId, to: 'waiting', from: ['running'], fence });
  await refreshPhase(tx, parent);
  await advanceParent(tx, operationId);
  return getOperation(tx, operationId);
}

/** Ends a waiting parent when all of its children have ended; says nothing otherwise. */
export async function advanceParent(tx: Tx, parentId: string): Promise<void> {
  // The lock orders siblings that end at the same time: the later one sees the earlier one's end.
  const [parent] = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations where id = ${parentId} for no key update
  `;
  if (parent === undefined || !isWaiting(parent)) return;
  // Each child's end asks only this; what all of them came to is read once, by the last.
  if (await hasUnsettledChild(tx, parentId)) return;
  const verdict = judgeChildren(parent, await listChildOutcomes(tx, parentId));
  if (verdict === undefined) return;
  await settleOperation(tx, { id: parentId, to: verdict.outcome, error: verdict.error });
}

/** Locks the parent's resource and then the operation's own: the order that changes of fleets take, too. */
export async function lockFamily(tx: Tx, operation: OperationRow): Promise<void> {
  const parent = operation.parentId === null ? undefined : await findOperation(tx, operation.parentId);
  if (parent !== undefined) await lockResource(tx, parent);
  await lockResource(tx, operation);
}

function isWaiting({ state, leaseUntil }: OperationRow): boolean {
  return state === 'waiting' || (state === 'cancelling' && leaseUntil === null);
}

type Verdict = { outcome: 'succeeded' | 'failed' | 'cancelled'; error: OperationError | null };

/** What its children mean to a parent; undefined while one of them is not settled. */
export function judgeChildren(
  parent: Pick<OperationRow, 'cancelRequestedAt'>,
  children: readonly Pick<OperationRow, 'id' | 'resourceId' | 'state' | 'error'>[],
): Verdict | undefined {
  if (children.some(({ state }) => !(settledStates as readonly OperationState[]).includes(state))) return undefined;
  const failed = children.filter(({ state }) => state === 'failed' || state === 'needs_attention');
  const stopped = children.filter(({ state, error }) => state === 'cancelled' && error?.code !== 'superseded');
  if (failed.length === 0 && stopped.length === 0) return { outcome: 'succeeded', error: null };
  const outcome = failed.length === 0 && parent.cancelRequestedAt !== null ? 'cancelled' : 'failed';
  const message = `${failed.length} of ${children.length} operations failed and ${stopped.length} were cancelled.`;
  const list = [...failed, ...stopped].map(({ id, resourceId, state }) => ({
    operation: id,
    resource: resourceId,
    state,
  }));
  return { outcome, error: { code: 'children-failed', message, children: list } };
}

async function leaveLease(tx: Tx, { operationId, fence }: Lease): Promise<void> {
  await tx.sql`
    update operations set fence = fence + 1, lease_owner = null, lease_until = null
    where id = ${operationId} and fence = ${fence} and state = 'cancelling'
  `;
}

async function signalNextInLine(tx: Tx, resourceId: string): Promise<void> {
  const [next] = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where resource_id = ${resourceId} and state <> all(${[...settledStates]}) order by id limit 1
  `;
  if (next?.state === 'queued') noteSignal(tx, next);
}
