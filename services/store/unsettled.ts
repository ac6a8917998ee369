// The condition that an operation is not settled, in the words of the partial indexes.

import { settledStates } from '../domain/operation.ts';
import type { Tx } from './transaction.ts';

/** `state not in (…)`, literally: PostgreSQL uses a partial index only for a statement that says what the index says, and no parameter does. */
export function isUnsettled(tx: Tx) {
  return tx.sql.unsafe(`state not in (${settledStates.map((state) => `'${state}'`).join(', ')})`);
}
