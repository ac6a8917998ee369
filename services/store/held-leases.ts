// Which operations are held by a worker now: what no lease holds is left over.

import { leasedStates } from '../domain/operation.ts';
import type { Tx } from './transaction.ts';

/** An operation that a worker holds. */
export type HeldOperation = { operationId: string; fence: number; resourceId: string };

/** Lists the operations that are held, whoever holds them. */
export async function listHeldOperations(tx: Tx): Promise<HeldOperation[]> {
  return tx.sql<HeldOperation[]>`
    select id as operation_id, fence, resource_id from operations where state = any(${[...leasedStates]})
  `;
}
