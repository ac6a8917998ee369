// Answers retryOperation.

import { retryOperation as retryStoredOperation } from '../../store/retry-operation.ts';
import type { Handler } from '../call.ts';
import { runChange } from '../../changes/change.ts';
import { showOperation } from '../read-resources.ts';

/** Queues a failed operation once more; it goes on from the step that failed. */
export const retryOperation: Handler<'retryOperation'> = async (call) => {
  return runChange(call, async ({ tx, signals }) => {
    const settled = await retryStoredOperation(tx, call.path.operation);
    signals.push(...settled.signals);
    const headers = { location: `/v1/operations/${settled.operation.id}` };
    return { status: 202, headers, body: await showOperation(tx, settled.operation) };
  });
};
