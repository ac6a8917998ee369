// The members of a federation as placements see them, and which placements a watch of its hub looks after.

import type { Schemas } from '../contract/schemas.ts';
import { removingKinds } from '../domain/operation-kinds.ts';
import { lockResource } from './resources.ts';
import { json, type Tx } from './transaction.ts';
import { isUnsettled } from './unsettled.ts';
import type { PlacementDocument } from '../domain/placements/placement-document.ts';

/** A member as stored; its name at the hub is known once it has joined. */
export type PlaceableRow = {
  id: string;
  name: string;
  memberName: string | null;
  provider: Schemas['Provider'];
  region: string;
  zones: string[];
  labels: Record<string, string>;
  taints: Schemas['Taint'][];
  ready: boolean | null;
  leaving: boolean;
};

/** All live members, in the order in which they were made. */
export async function listPlaceable(tx: Tx, federationId: string): Promise<PlaceableRow[]> {
  return tx.sql<PlaceableRow[]>`
    select c.id, c.name, c.provider, m.outputs ->> 'memberName' as member_name,
      coalesce(c.spec ->> 'region', c.spec ->> 'site', '') as region, coalesce(c.spec -> 'zones', '[]') as zones,
      c.labels, coalesce(c.spec -> 'memberTaints', '[]') as taints,
      (c.status -> 'member' ->> 'ready')::boolean as ready,
      exists (
        select 1 from operations where resource_id = c.id and kind = any(${removingKinds}) and cancel_requested_at is null
          and ${isUnsettled(tx)}
      ) as leaving
    from clusters c
    left join stacks m
      on m.cluster_id = c.id and m.layer = 'membership' and m.deployed_at is not null and m.destroyed_at is null
    where c.federation_id = ${federationId} and c.deleted_at is null
    order by c.id
  `;
}

/** A placement that stands, and at which nothing is at work. */
export type WatchedPlacement = {
  id: string;
  name: string;
  generation: number;
  document: PlacementDocument;
  status: Record<string, unknown>;
};

/** Placements of a federation that stand, no more than one round takes: those that come after the last of the round before. */
export async function listWatchedPlacements(
  tx: Tx,
  federationId: string,
  { after, limit }: { after: string; limit: number },
): Promise<WatchedPlacement[]> {
  return tx.sql<WatchedPlacement[]>`
    select id, name, generation, document, status from placements p
    where federation_id = ${federationId} and deleted_at is null and observed_generation = generation and id > ${after}
      and not exists (select 1 from operations where resource_id = p.id and ${isUnsettled(tx)})
    order by id limit ${limit}
  `;
}

/** Writes what was seen of a placement at its hub; nothing once an operation is at work on it, it was changed, or it is gone. */
export async function savePlacementStatus(
  tx: Tx,
  { id, generation }: Pick<WatchedPlacement, 'id' | 'generation'>,
  seen: Record<string, unknown>,
): Promise<void> {
  const { deletedAt } = await lockResource(tx, { resourceKind: 'placement', resourceId: id });
  if (deletedAt !== null) return;
  await tx.sql`
    update placements set status = status || ${json(tx, seen)}, updated_at = now()
    where id = ${id} and generation = ${generation}
      and not exists (select 1 from operations where resource_id = ${id} and ${isUnsettled(tx)})
  `;
}
