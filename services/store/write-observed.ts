// What the worker of an operation observes while it holds the lease: status of the resource, and notes among the operation's events.

import { appendEvent } from './events.ts';
import { holdLease, type Lease } from './leases.ts';
import { lockResource, tableOf, type ResourceRef } from './resources.ts';
import { json, type Tx } from './transaction.ts';

/** Merges keys into the observed status; a key with the value null goes away. Throws `lease-lost` when the operation was taken over or ended. */
export async function mergeStatus(
  tx: Tx,
  lease: Lease,
  resource: ResourceRef,
  change: Record<string, unknown>,
): Promise<void> {
  // The resource comes first, as in every other unit of work that locks both.
  await lockResource(tx, resource);
  await holdLease(tx, lease);
  await tx.sql`
    update ${tableOf(tx, resource.resourceKind)}
    set status = jsonb_strip_nulls(status || ${json(tx, change)}), updated_at = now()
    where id = ${resource.resourceId}
  `;
}

/** Something that a step tells beside its state. Data never hold a secret. */
export type Note = { type: string; data: Record<string, unknown> };

/** Appends notes in their order. Throws `lease-lost` when the operation was taken over or ended: nothing follows its last event. */
export async function appendNotes(tx: Tx, lease: Lease, notes: readonly Note[]): Promise<void> {
  if (notes.length === 0) return;
  await holdLease(tx, lease);
  for (const note of notes) await appendEvent(tx, { operationId: lease.operationId, ...note });
}
