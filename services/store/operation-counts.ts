// How many operations are in which state; for measurements.

import { operationStates, settledStates, type OperationState } from '../domain/operation.ts';
import { isClaimable } from './leases.ts';
import type { Tx } from './transaction.ts';

/** Operations that a worker could begin now, and how long the oldest of them has waited. */
export async function countWaiting(tx: Tx): Promise<{ operations: number; oldestSeconds: number }> {
  const [row] = await tx.sql<{ operations: number; oldestSeconds: number }[]>`
    select count(*)::integer as operations,
      coalesce(extract(epoch from clock_timestamp() - min(coalesce(o.not_before, o.created_at))), 0)::float8 as oldest_seconds
    from operations o where ${isClaimable(tx)}
  `;
  return row ?? { operations: 0, oldestSeconds: 0 };
}

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
