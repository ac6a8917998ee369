// How many operations are in which state; for measurements.

import { operationStates, settledStates, type OperationState } from '../domain/operation.ts';
import type { Tx } from './transaction.ts';

/** Operations that have not come to rest, by state; states that nothing is in are named with 0. */
export async function countOpenOperations(tx: Tx): Promise<Partial<Record<OperationState, number>>> {
  const rows = await tx.sql<{ state: OperationState; total: number }[]>`
    select state, count(*)::integer as total from operations
    where state <> all(${[...settledStates]}) group by state
  `;
  const open = operationStates.filter((state) => !(settledStates as readonly OperationState[]).includes(state));
  const counts: Partial<Record<OperationState, number>> = Object.fromEntries(open.map((state) => [state, 0]));
  for (const { state, total } of rows) counts[state] = total;
  return counts;
}
