// Asks an operation to stop.

import { requestCancel } from '../store/cancel-operation.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';

/** Cancels at once what has not begun, and asks what runs; throws `conflict` when it has ended. */
export function cancelOperation({ tx }: Change, id: string): Promise<OperationRow> {
  return requestCancel(tx, id);
}
