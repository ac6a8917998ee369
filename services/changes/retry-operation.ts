// Has an operation that failed run again.

import type { OperationRow } from '../store/operations.ts';
import { retryOperation as queueAgain } from '../store/retry-operation.ts';
import type { Change } from './change.ts';

/** Queues it once more, from the step that failed; throws `conflict` when it did not fail or something newer was asked. */
export function retryOperation({ tx }: Change, id: string): Promise<OperationRow> {
  return queueAgain(tx, id);
}
