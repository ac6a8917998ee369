// Cancelling: at once what has not begun, by asking what runs, and from a parent down to its children.

import { FleetyardError } from '../domain/errors.ts';
import { isSettled } from '../domain/operation.ts';
import { appendEvent } from './events.ts';
import { moveOperation } from './move-operation.ts';
import { getOperation, listChildren, type OperationRow, type Signal } from './operations.ts';
import { lockResource, refreshPhase } from './resources.ts';
import { advanceParent, lockFamily, settleOperation, type Settled } from './settle-operation.ts';
import type { Tx } from './transaction.ts';

/** Asks an operation to stop; asking twice is asking once. Throws `conflict` when it has ended. */
export async function requestCancel(tx: Tx, id: string): Promise<Settled> {
  await lockFamily(tx, await getOperation(tx, id));
  const operation = await getOperation(tx, id);
  if (isSettled(operation.state)) {
    throw new FleetyardError('conflict', `Operation "${id}" is ${operation.state} already.`);
  }
  const signals = await cancelLocked(tx, operation);
  return { operation: await getOperation(tx, id), signals };
}

/** Cancels an operation that is not settled; the caller has locked its resource. */
export async function cancelLocked(tx: Tx, operation: OperationRow): Promise<Signal[]> {
  const { id, state } = operation;
  switch (state) {
    case 'queued':
    case 'awaiting_approval': {
      const { signals } = await settleOperation(tx, { id, to: 'cancelled', from: [state] });
      return [...signals, ...(await cancelChildren(tx, id))];
    }
    case 'running':
      await moveOperation(tx, { id, to: 'cancelling', from: ['running'] });
      await refreshPhase(tx, operation);
      return cancelChildren(tx, id);
    case 'waiting': {
      await moveOperation(tx, { id, to: 'cancelling', from: ['waiting'] });
      await refreshPhase(tx, operation);
      const signals = await cancelChildren(tx, id);
      return [...signals, ...(await advanceParent(tx, id))];
    }
    case 'interrupted':
      // Nobody holds it: whoever claims it next goes on as `cancelling`.
      await noteRequest(tx, operation);
      return cancelChildren(tx, id);
    default:
      return [];
  }
}

async function cancelChildren(tx: Tx, parentId: string): Promise<Signal[]> {
  const signals: Signal[] = [];
  for (const { id, resourceKind, resourceId } of await listChildren(tx, parentId)) {
    await lockResource(tx, { resourceKind, resourceId });
    const child = await getOperation(tx, id);
    if (!isSettled(child.state)) signals.push(...(await cancelLocked(tx, child)));
  }
  return signals;
}

async function noteRequest(tx: Tx, { id, cancelRequestedAt }: OperationRow): Promise<void> {
  if (cancelRequestedAt !== null) return;
  await tx.sql`update operations set cancel_requested_at = clock_timestamp() where id = ${id}`;
  await appendEvent(tx, { operationId: id, type: 'cancel-requested', data: {} });
}
