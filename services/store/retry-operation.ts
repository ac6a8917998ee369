// Running an operation again: by itself after a while, when a worker lets go of it, or because a person asks.

import { FleetyardError } from '../domain/errors.ts';
import { operationKinds } from '../domain/operation-kinds.ts';
import { retryableStates, type OperationState } from '../domain/operation.ts';
import { noteSignal } from './consequences.ts';
import { findWaysOut } from './explain-end.ts';
import type { Lease } from './leases.ts';
import { moveOperation } from './move-operation.ts';
import { getOperation, listChildren, type OperationError, type OperationRow } from './operations.ts';
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
 * Queues an operation that failed once more; it goes on from the step that failed. A parent takes its failed children along,
 * and a child its failed parent. Throws `conflict` when it did not fail or something newer was asked of its resource.
 */
export async function retryOperation(tx: Tx, id: string): Promise<OperationRow> {
  await lockFamily(tx, await getOperation(tx, id));
  const before = await getOperation(tx, id);
  const obstacle = await findObstacle(tx, before);
  if (obstacle !== undefined) throw new FleetyardError('conflict', obstacle, { wayOut: await findWaysOut(tx, before) });
  const operation = await queueAgain(tx, before);
  await retryChildren(tx, id);
  const parent = operation.parentId === null ? undefined : await getOperation(tx, operation.parentId);
  if (parent !== undefined && (await findObstacle(tx, parent)) === undefined) await queueAgain(tx, parent);
  return operation;
}

async function retryChildren(tx: Tx, parentId: string): Promise<void> {
  for (const { id, resourceKind, resourceId } of await listChildren(tx, parentId)) {
    await lockResource(tx, { resourceKind, resourceId });
    const child = await getOperation(tx, id);
    if ((await findObstacle(tx, child)) === undefined) await queueAgain(tx, child);
  }
}

async function queueAgain(tx: Tx, { id }: OperationRow): Promise<OperationRow> {
  const operation = await moveOperation(tx, { id, to: 'queued', error: null, nextAttempt: 'asked' });
  await resetSteps(tx, id);
  await refreshPhase(tx, operation);
  noteSignal(tx, operation);
  return operation;
}

/** Why an operation cannot be retried, or undefined. */
async function findObstacle(
  tx: Tx,
  { id, kind, state, resourceKind, resourceId }: OperationRow,
): Promise<string | undefined> {
  if (!(retryableStates as readonly OperationState[]).includes(state)) {
    return `Operation "${id}" is ${state}; only a failed one can be retried.`;
  }
  if (!operationKinds[kind].retryable) return `An operation that is a ${kind} cannot be retried; ask for a new one.`;
  const [newer] = await tx.sql<{ id: string }[]>`
    select id from operations
    where resource_id = ${resourceId} and id > ${id} and (state <> 'cancelled' or started_at is not null)
    order by id limit 1
  `;
  return newer && `The ${resourceKind} has a newer operation: "${newer.id}".`;
}
