// Names the call that brings a resource to its desired state, whatever its operations came to.

import { removes, type OperationKind } from '../domain/operation-kinds.ts';
import type { ResourceRef } from './resources.ts';
import type { Tx } from './transaction.ts';

const nouns = { cluster: 'clusters', fleet: 'fleets', federation: 'federations' } as const;

/** A sentence with the call that does again, or anew, what an operation was to do. */
export async function nameWayOut(
  tx: Tx,
  { kind, resourceKind, resourceId }: ResourceRef & { kind: OperationKind },
): Promise<string> {
  const [owner] = await tx.sql<{ kind: keyof typeof nouns; name: string; released: boolean }[]>`
    select 'fleet' as kind, f.name, c.id is not null and not f.spec -> 'clusters' ? c.name as released
    from fleets f left join clusters c on c.id = ${resourceId}
    where f.deleted_at is null and (f.id = ${resourceId} or f.federation_id = ${resourceId} or f.id = c.fleet_id)
    union all
    select 'cluster', name, true from clusters where id = ${resourceId} and fleet_id is null and deleted_at is null
  `;
  if (removes(kind)) {
    // What a fleet's document names goes with the fleet alone.
    if (owner === undefined || owner.released) return `Delete it: DELETE /v1/${nouns[resourceKind]}/${resourceId}.`;
    return `Delete the ${owner.kind}: DELETE /v1/${nouns[owner.kind]}/${owner.name}.`;
  }
  // A federation on its own has no document.
  if (owner === undefined) return `See what became of it: GET /v1/operations?resource=${resourceId}.`;
  return `Apply the document of the ${owner.kind}: PUT /v1/${nouns[owner.kind]}/${owner.name}.`;
}
