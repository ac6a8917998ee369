// What operations leave to be read, beside their resource.

import { holdLease, type Lease } from './leases.ts';
import type { OperationResult } from './operations.ts';
import { json, type Tx } from './transaction.ts';

/** Adds to the result of an operation that the caller holds. */
export async function saveResult(tx: Tx, lease: Lease, result: OperationResult): Promise<void> {
  await holdLease(tx, lease);
  await mergeResult(tx, lease.operationId, result);
}

/** Adds to the result of an operation; the caller has locked its resource. */
export async function mergeResult(tx: Tx, operationId: string, result: OperationResult): Promise<void> {
  await tx.sql`
    update operations set result = coalesce(result, '{}') || ${json(tx, result)} where id = ${operationId}
  `;
}

/** Names on a parent the children that left something. */
export async function gatherResults(tx: Tx, parentId: string): Promise<void> {
  const children = await tx.sql<{ operation: string; resource: string }[]>`
    select id as operation, resource_id as resource from operations
    where parent_id = ${parentId} and jsonb_array_length(coalesce(result -> 'left', '[]')) > 0 order by id
  `;
  if (children.length > 0) await mergeResult(tx, parentId, { children: [...children] });
}
