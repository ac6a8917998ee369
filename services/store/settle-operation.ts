// The end of an operation: what it leaves on its resource, who is next in line, and what it means to its parent.

import { FleetyardError } from '../domain/errors.ts';
import { judgeChildren, membersStand } from '../domain/families.ts';
import { removes, waitsForChildren } from '../domain/operation-kinds.ts';
import { settledStates } from '../domain/operation.ts';
import { noteSignal } from './consequences.ts';
import { explainEnd } from './explain-end.ts';
import { listMemberNames, quoteNames } from './federations.ts';
import { moveOperation, type Move } from './move-operation.ts';
import {
  findOperation,
  getOperation,
  hasChildren,
  hasUnsettledChild,
  listChildOutcomes,
  listOpenChildren,
  operationColumns,
  type OperationError,
  type OperationRow,
} from './operations.ts';
import { lockResource, refreshPhase, settleResource, tableOf } from './resources.ts';
import type { Lease } from './leases.ts';
import { gatherResults } from './results.ts';
import { columns, type Tx } from './transaction.ts';

/** How an operation may end. */
export type Outcome = (typeof settledStates)[number];

/**
 * Ends an operation whose lease the caller holds, and in the same transaction updates its resource, lets the next one in
 * line go, and ends the parent when this was its last child. One that has children does not end before them, and ends as they do.
 */
export async function finishOperation(
  tx: Tx,
  { operationId, fence, outcome, error }: Lease & { outcome: Outcome; error?: OperationError | null },
): Promise<OperationRow> {
  const operation = await getOperation(tx, operationId);
  await lockFamily(tx, operation);
  if (waitsForChildren(operation) && (await hasChildren(tx, operationId))) {
    return waitForChildren(tx, { operationId, fence });
  }
  // Whoever stopped it said why already.
  const said = error === undefined && outcome === 'cancelled' ? {} : { error: error ?? null };
  return settleOperation(tx, { id: operationId, to: outcome, fence, ...said });
}

/** Ends an operation; the caller has locked its resource. */
export async function settleOperation(tx: Tx, move: Move & { to: Outcome }): Promise<OperationRow> {
  const operation = await moveOperation(tx, await explainEnd(tx, move));
  if (operation.state === 'succeeded') await settleResource(tx, operation, operation);
  await refreshPhase(tx, operation);
  await signalNextInLine(tx, operation.resourceId);
  if (operation.state === 'succeeded' && removes(operation.kind)) await signalLeftFederation(tx, operation);
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

/**
 * Ends a waiting parent when all of its children have ended; says nothing otherwise. What waits for members that did not go
 * will not go either.
 */
export async function advanceParent(tx: Tx, parentId: string): Promise<void> {
  // The lock orders siblings that end at the same time: the later one sees the earlier one's end.
  const [parent] = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations where id = ${parentId} for no key update
  `;
  if (parent === undefined || !isWaiting(parent)) return;
  if (await cancelHeldRemovals(tx, parentId)) return;
  // Each child's end asks only this; what all of them came to is read once, by the last.
  if (await hasUnsettledChild(tx, parentId)) return;
  const verdict = judgeChildren(parent, await listChildOutcomes(tx, parentId));
  if (verdict === undefined) return;
  await gatherResults(tx, parentId);
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

async function leaveLease(tx: Tx, { operationId, fence }: Lease): Promise<void> {
  const { count } = await tx.sql`
    update operations set fence = fence + 1, lease_owner = null, lease_until = null
    where id = ${operationId} and fence = ${fence} and state = 'cancelling'
  `;
  if (count === 0) throw new FleetyardError('lease-lost', `The lease on operation "${operationId}" is lost.`);
}

/**
 * Cancels the removals of federations that nothing is left to wait for although members stand. Each of them ends the parent in turn,
 * if it is the last; true when there was one.
 */
async function cancelHeldRemovals(tx: Tx, parentId: string): Promise<boolean> {
  // A fleet has one federation, so of many that are open the first is another's.
  const open = await listOpenChildren(tx, parentId, 2);
  const held = [];
  for (const child of open) {
    const members = isHeldRemoval(child) ? await listMemberNames(tx, child.resourceId) : [];
    // Something else has yet to end, and may take a member away.
    if (members.length === 0) return false;
    held.push({ child, members });
  }
  for (const { child, members } of held) {
    await lockResource(tx, child);
    const message = `It has members or placements that were not removed: ${quoteNames(members)}.`;
    await settleOperation(tx, {
      id: child.id,
      to: 'cancelled',
      from: ['queued'],
      error: { code: membersStand, message },
    });
  }
  return held.length > 0;
}

function isHeldRemoval({ resourceKind, kind, state }: OperationRow): boolean {
  return resourceKind === 'federation' && removes(kind) && state === 'queued';
}

/** The removal of a federation may have waited for this member or placement. */
async function signalLeftFederation(tx: Tx, { resourceKind, resourceId }: OperationRow): Promise<void> {
  if (resourceKind !== 'cluster' && resourceKind !== 'placement') return;
  const [left] = await tx.sql<{ federationId: string | null }[]>`
    select federation_id from ${tableOf(tx, resourceKind)} where id = ${resourceId}
  `;
  if (left === undefined || left.federationId === null) return;
  if ((await listMemberNames(tx, left.federationId)).length === 0) await signalNextInLine(tx, left.federationId);
}

async function signalNextInLine(tx: Tx, resourceId: string): Promise<void> {
  const [next] = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where resource_id = ${resourceId} and state <> all(${[...settledStates]}) order by position limit 1
  `;
  if (next?.state === 'queued') noteSignal(tx, next);
}
