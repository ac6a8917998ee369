// Cancelling: at once what has not begun, by asking what runs, and from a parent down to its children.

import { FleetyardError } from '../domain/errors.ts';
import { isSettled } from '../domain/operation.ts';
import { appendEvent } from './events.ts';
import { findWaysOut } from './explain-end.ts';
import { moveOperation } from './move-operation.ts';
import { getOperation, listChildren, listChildrenToLock, type OperationRow } from './operations.ts';
import { lockResource, refreshPhase } from './resources.ts';
import { advanceParent, lockFamily, settleOperation } from './settle-operation.ts';
import type { Tx } from './transaction.ts';

/** Asks an operation to stop; asking twice is asking once. Throws `conflict` when it has ended. */
export async function requestCancel(tx: Tx, id: string): Promise<OperationRow> {
  await lockFamily(tx, await getOperation(tx, id));
  const operation = await getOperation(tx, id);
  if (isSettled(operation.state)) {
    const wayOut = await findWaysOut(tx, operation);
    throw new FleetyardError('conflict', `Operation "${id}" is ${operation.state} already.`, { wayOut });
  }
  await cancelLocked(tx, operation);
  return getOperation(tx, id);
}

/** Cancels an operation that is not settled; the caller has locked its resource. */
export async function cancelLocked(tx: Tx, operation: OperationRow): Promise<void> {
  const { id, state } = operation;
  switch (state) {
    case 'queued':
    case 'awaiting_approval':
      await cancelChildren(tx, id);
      // It does not end before them: when its turn comes, it goes on as `cancelling`.
      if (state === 'queued' && (await hasOpenChildren(tx, id))) return noteRequest(tx, operation);
      await settleOperation(tx, { id, to: 'cancelled', from: [state] });
      return;
    case 'running':
      await moveOperation(tx, { id, to: 'cancelling', from: ['running'] });
      await refreshPhase(tx, operation);
      return cancelChildren(tx, id);
    case 'waiting':
      await moveOperation(tx, { id, to: 'cancelling', from: ['waiting'] });
      await refreshPhase(tx, operation);
      await cancelChildren(tx, id);
      return advanceParent(tx, id);
    case 'interrupted':
      // Nobody holds it: whoever claims it next goes on as `cancelling`.
      await noteRequest(tx, operation);
      return cancelChildren(tx, id);
    default:
      return;
  }
}

async function cancelChildren(tx: Tx, parentId: string): Promise<void> {
  for (const { id, resourceKind, resourceId } of await listChildrenToLock(tx, parentId)) {
    await lockResource(tx, { resourceKind, resourceId });
    const child = await getOperation(tx, id);
    if (!isSettled(child.state)) await cancelLocked(tx, child);
  }
}

async function hasOpenChildren(tx: Tx, parentId: string): Promise<boolean> {
  return (await listChildren(tx, parentId)).some(({ state }) => !isSettled(state));
}

async function noteRequest(tx: Tx, { id, cancelRequestedAt }: OperationRow): Promise<void> {
  if (cancelRequestedAt !== null) return;
  await tx.sql`update operations set cancel_requested_at = clock_timestamp() where id = ${id}`;
  await appendEvent(tx, { operationId: id, type: 'cancel-requested', data: {} });
}
