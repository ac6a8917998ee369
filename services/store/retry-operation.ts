// Running an operation again: by itself after a while, when a worker lets go of it, or because a person asks.

import { isHelpedByRetry } from '../domain/engine-errors.ts';
import { FleetyardError } from '../domain/errors.ts';
import { listLastChildren, membersStand, superseded } from '../domain/families.ts';
import { operationKinds, removes } from '../domain/operation-kinds.ts';
import { isSettled, retryableStates, type OperationState } from '../domain/operation.ts';
import { noteSignal } from './consequences.ts';
import { findAnew, findWaysOut } from './explain-end.ts';
import type { Lease } from './leases.ts';
import { moveOperation } from './move-operation.ts';
import { listMemberNames, quoteNames } from './federations.ts';
import { getOperation, listChildrenToLock, type OperationError, type OperationRow } from './operations.ts';
import { lockResource, refreshPhase } from './resources.ts';
import { lockFamily, settleOperation } from './settle-operation.ts';
import { resetSteps } from './steps.ts';
import type { Tx } from './transaction.ts';

/**
 * Puts a running operation back into the line after a failure that may pass; it counts as an automatic retry. One that was
 * asked to cancel meanwhile is not tried again: it ends as cancelled, with the failure.
 */
export async function requeueOperation(
  tx: Tx,
  { operationId, fence, delaySeconds, error }: Lease & { delaySeconds: number; error: OperationError },
): Promise<OperationRow> {
  await lockFamily(tx, await getOperation(tx, operationId));
  const { state } = await getOperation(tx, operationId);
  if (state === 'cancelling') return settleOperation(tx, { id: operationId, to: 'cancelled', fence, error });
  const operation = await moveOperation(tx, {
    id: operationId,
    to: 'queued',
    from: ['running'],
    fence,
    error,
    nextAttempt: 'automatic',
    delaySeconds,
    note: { delaySeconds },
  });
  await resetSteps(tx, operationId);
  await refreshPhase(tx, operation);
  noteSignal(tx, operation, { delaySeconds });
  return operation;
}

/**
 * Lets go of an operation that the caller holds but cannot finish: the next worker inspects it first. A hand-over, such as at
 * shutdown, uses up nothing; a runner that died is counted.
 */
export async function interruptOperation(
  tx: Tx,
  { operationId, fence, reason, because }: Lease & { reason: string; because: 'handed-over' | 'died' },
): Promise<OperationRow> {
  const operation = await moveOperation(tx, {
    id: operationId,
    to: 'interrupted',
    fence,
    nextAttempt: because,
    note: { reason },
  });
  noteSignal(tx, operation);
  return operation;
}

/**
 * Queues an operation that ended without success once more; it goes on from the step that it came to. A parent takes its children
 * along that ended so, and a child its parent. Throws `conflict`, with the call that leads out, when it did not end so or something newer was
 * asked of its resource.
 */
export async function retryOperation(tx: Tx, id: string): Promise<OperationRow> {
  await lockFamily(tx, await getOperation(tx, id));
  const before = await getOperation(tx, id);
  const obstacle = await findObstacle(tx, before);
  if (obstacle !== undefined) throw await refuse(tx, before, obstacle);
  const members = await listMembersBefore(tx, before);
  if (members.length > 0) throw await refuse(tx, before, `The federation has members: ${quoteNames(members)}.`);
  const operation = await queueAgain(tx, before);
  const children = await listChildrenToLock(tx, id);
  for (const child of listLastChildren(children)) await retryChild(tx, child);
  if (operation.parentId !== null) await retryParent(tx, operation.parentId);
  return operation;
}

/** A child that cannot be retried would fail its parent again: then the parent is not retried either. */
async function retryChild(tx: Tx, { id, resourceKind, resourceId }: OperationRow): Promise<void> {
  await lockResource(tx, { resourceKind, resourceId });
  const child = await getOperation(tx, id);
  if (child.state === 'succeeded' || child.error?.code === superseded || !isSettled(child.state)) return;
  const obstacle = await findObstacle(tx, child);
  if (obstacle !== undefined) throw await refuse(tx, child, `It waits for operation "${id}". ${obstacle}`);
  await queueAgain(tx, child);
}

/** A parent follows the child that is retried, and takes what waited for that child in vain along. */
async function retryParent(tx: Tx, parentId: string): Promise<void> {
  const parent = await getOperation(tx, parentId);
  if ((await findObstacle(tx, parent)) !== undefined) return;
  await queueAgain(tx, parent);
  for (const child of await listChildrenToLock(tx, parentId)) {
    if (child.state === 'cancelled' && child.error?.code === membersStand) await retryChild(tx, child);
  }
}

async function queueAgain(tx: Tx, { id }: OperationRow): Promise<OperationRow> {
  const operation = await moveOperation(tx, { id, to: 'queued', error: null, nextAttempt: 'asked' });
  await resetSteps(tx, id);
  await refreshPhase(tx, operation);
  noteSignal(tx, operation);
  return operation;
}

/** The refusal, with the calls that lead out: what asks anew, then what leads on from where the resource is; the one that is refused does not. */
async function refuse(tx: Tx, operation: OperationRow, obstacle: string): Promise<FleetyardError> {
  // What has not ended need not be asked for anew.
  const anew = isSettled(operation.state) ? await findAnew(tx, operation) : [];
  const calls = [...anew, ...(await findWaysOut(tx, operation))];
  const known = new Set([`POST /v1/operations/${operation.id}/retry`]);
  const wayOut = calls.filter(({ method, path }) => known.size < known.add(`${method} ${path}`).size);
  return new FleetyardError('conflict', obstacle, { wayOut });
}

/** Why an operation cannot be retried and what leads out, or undefined. */
async function findObstacle(tx: Tx, operation: OperationRow): Promise<string | undefined> {
  const { id, kind, state, error } = operation;
  if (!(retryableStates as readonly OperationState[]).includes(state)) {
    return `Operation "${id}" is ${state}; only a failed one or one that was cancelled can be retried.`;
  }
  if (!operationKinds[kind].retryable) return `An operation that is a ${kind} cannot be retried.`;
  if (error?.code === superseded) return `A later operation took the place of "${id}".`;
  if (!isHelpedByRetry(error?.code)) return `What operation "${id}" was asked for with was deleted since.`;
  return findNewer(tx, operation);
}

/** The removal of a federation waits for its members: on its own, with nothing that removes them, it would wait for ever. */
async function listMembersBefore(tx: Tx, { resourceKind, resourceId, kind }: OperationRow): Promise<string[]> {
  return resourceKind === 'federation' && removes(kind) ? listMemberNames(tx, resourceId) : [];
}

/** What was asked of the resource after an operation, if anything; not what was taken back before it began. */
async function findNewer(tx: Tx, operation: OperationRow): Promise<string | undefined> {
  const { position, generation, resourceKind, resourceId } = operation;
  const [newer] = await tx.sql<{ id: string }[]>`
    select id from operations
    where resource_id = ${resourceId} and position > ${position} and (state <> 'cancelled' or started_at is not null)
    order by position limit 1
  `;
  if (newer !== undefined) return `The ${resourceKind} has a newer operation: "${newer.id}".`;
  const resource = await lockResource(tx, operation);
  if (resource.deletedAt !== null) return `The ${resourceKind} "${resource.name}" is deleted.`;
  if (resource.generation === generation) return undefined;
  return `The ${resourceKind} "${resource.name}" has generation ${resource.generation} by now, and this is for ${generation}.`;
}
