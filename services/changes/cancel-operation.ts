// Asks an operation to stop, and on wish to take back what it made.

import { FleetyardError } from '../domain/errors.ts';
import { operationKinds } from '../domain/operation-kinds.ts';
import { isSettled } from '../domain/operation.ts';
import { type Call, listWaysOut } from '../domain/ways-out.ts';
import { requestCancel } from '../store/cancel-operation.ts';
import { findWaysOut } from '../store/explain-end.ts';
import { getOperation, type OperationRow } from '../store/operations.ts';
import { mergeResult } from '../store/results.ts';
import type { Change } from './change.ts';
import { deleteCluster } from './delete-cluster.ts';
import { deleteFederation } from './delete-federation.ts';
import { deleteFleet } from './delete-fleet.ts';
import { deletePlacement } from './delete-placement.ts';

/**
 * Cancels at once what has not begun, and asks what runs; throws `conflict` when it has ended. A rollback is the deletion of what a
 * creation made: it cancels the creation, and waits in line for its end.
 */
export async function cancelOperation(
  change: Change,
  id: string,
  { rollback = false }: { rollback?: boolean | undefined } = {},
): Promise<OperationRow> {
  if (!rollback) return requestCancel(change.tx, id);
  const operation = await getOperation(change.tx, id);
  if (!operationKinds[operation.kind].makes) {
    const message = `Operation "${id}" is a ${operation.kind}; only a creation is rolled back.`;
    throw new FleetyardError('conflict', message, { wayOut: await findWaysOut(change.tx, operation) });
  }
  if (isSettled(operation.state)) throw refuseSettled(operation, await findWaysOut(change.tx, operation));
  const { operation: removal } = await removals[operation.resourceKind](change, { idOrName: operation.resourceId });
  const stopped = await getOperation(change.tx, id);
  // It ended on its own before the deletion had the lock: what stands now is no half-made thing that was to be taken back.
  if (isSettled(stopped.state) && stopped.state !== 'cancelled') {
    // The deletion goes with this refusal, so it leads nowhere.
    const resource = { kind: stopped.resourceKind, id: stopped.resourceId };
    throw refuseSettled(stopped, listWaysOut({ resource, operation: stopped }));
  }
  if (removal !== null) await mergeResult(change.tx, id, { rollback: removal.id });
  return getOperation(change.tx, id);
}

const removals = {
  cluster: deleteCluster,
  fleet: deleteFleet,
  federation: deleteFederation,
  placement: deletePlacement,
};

function refuseSettled({ id, state }: OperationRow, wayOut: Call[]): FleetyardError {
  return new FleetyardError('conflict', `Operation "${id}" is ${state} already.`, { wayOut });
}
