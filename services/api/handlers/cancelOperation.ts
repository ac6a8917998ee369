// Answers cancelOperation.

import { requestCancel } from '../../store/cancel-operation.ts';
import type { Handler } from '../call.ts';
import { runChange } from '../../changes/change.ts';
import { showOperation } from '../read-resources.ts';

/** Asks an operation to stop. */
export const cancelOperation: Handler<'cancelOperation'> = async (call) => {
  return runChange(call, async ({ tx, signals }) => {
    const settled = await requestCancel(tx, call.path.operation);
    signals.push(...settled.signals);
    const headers = { location: `/v1/operations/${settled.operation.id}` };
    return { status: 202, headers, body: await showOperation(tx, settled.operation) };
  });
};
