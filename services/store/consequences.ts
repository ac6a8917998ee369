// Notes in a unit of work what has to follow its commit; nothing is threaded by hand.

import type { OperationRow } from './operations.ts';
import type { Tx } from './transaction.ts';

/** Notes that the queue has to be told of an operation. */
export function noteSignal(
  tx: Tx,
  { id, attempt }: Pick<OperationRow, 'id' | 'attempt'>,
  { delaySeconds }: { delaySeconds?: number } = {},
): void {
  const signal = { operationId: id, attempt, ...(delaySeconds === undefined ? {} : { delaySeconds }) };
  tx.consequences.push({ kind: 'signal', signal });
}

/** Notes that an operation has a new event. */
export function noteNews(tx: Tx, operationId: string): void {
  tx.consequences.push({ kind: 'news', operationId });
}
