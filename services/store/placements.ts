// Placements: what runs where in a federation, as it was asked for and as it was seen at the hub.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import type { Phase } from '../domain/operation.ts';
import type { PlacementDocument } from '../domain/placements/placement-document.ts';
import { claimName } from './database-errors.ts';
import { type ListRequest, narrowList, selectPlace, toSortedPage } from './list-resources.ts';
import type { Page } from './pages.ts';
import { lockResource, resourceColumns, type ResourceColumns } from './resources.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';

/** A placement as stored. */
export type PlacementRow = ResourceColumns & {
  federationId: string;
  fleetId: string | null;
  document: PlacementDocument;
};

const placementColumns = [
  ...resourceColumns,
  'federationId',
  'fleetId',
  'document',
] as const satisfies (keyof PlacementRow)[];

/** A placement to be stored. */
export type NewPlacement = Pick<PlacementRow, 'federationId' | 'fleetId' | 'document'>;

/** Stores a placement with generation 1; throws `name-taken`. */
export async function createPlacement(
  tx: Tx,
  { document, federationId, fleetId }: NewPlacement,
): Promise<PlacementRow> {
  const rows = await claimName(
    'placements_name_key',
    'placement',
    document.name,
    () => tx.sql<PlacementRow[]>`
      insert into placements (id, project_id, name, federation_id, fleet_id, document)
      values (${newId(idPrefixes.placement)}, ${getProjectId(tx)}, ${document.name}, ${federationId}, ${fleetId},
        ${json(tx, document)})
      returning ${columns(tx, placementColumns)}
    `,
  );
  return only(rows);
}

/** Finds a placement by id or name. A tombstone is found only by its id, and only when asked for. */
export async function findPlacement(
  tx: Tx,
  idOrName: string,
  { includeDeleted = false }: { includeDeleted?: boolean } = {},
): Promise<PlacementRow | undefined> {
  const byId = isId(idOrName, 'pt');
  const key = byId ? tx.sql`id` : tx.sql`name`;
  const live = byId && includeDeleted ? tx.sql`` : tx.sql`and deleted_at is null`;
  const [row] = await tx.sql<PlacementRow[]>`
    select ${columns(tx, placementColumns)} from placements where ${key} = ${idOrName} ${live}
  `;
  return row;
}

/** Like `findPlacement`, but throws `not-found`. */
export async function getPlacement(
  tx: Tx,
  idOrName: string,
  options: { includeDeleted?: boolean } = {},
): Promise<PlacementRow> {
  const row = await findPlacement(tx, idOrName, options);
  if (row === undefined) throw new FleetyardError('not-found', `There is no placement "${idOrName}".`);
  return row;
}

/** Which placements are listed. */
export type PlacementFilter = { federationId?: string; fleetId?: string; phase?: Phase };

/** Lists live placements. */
export async function listPlacements(
  tx: Tx,
  { federationId, fleetId, phase, ...request }: ListRequest & PlacementFilter,
): Promise<Page<PlacementRow>> {
  const { sql } = tx;
  const rows = await sql<PlacementRow[]>`
    select ${columns(tx, placementColumns)} ${selectPlace(tx, request.sort)} from placements
    where deleted_at is null
      ${federationId === undefined ? sql`` : sql`and federation_id = ${federationId}`}
      ${fleetId === undefined ? sql`` : sql`and fleet_id = ${fleetId}`}
      ${phase === undefined ? sql`` : sql`and phase = ${phase}`}
      ${narrowList(tx, request)}
  `;
  return toSortedPage(rows, request);
}

/** All live placements of a federation, in the order in which they were made. */
export async function listFederationPlacements(tx: Tx, federationId: string): Promise<PlacementRow[]> {
  return tx.sql<PlacementRow[]>`
    select ${columns(tx, placementColumns)} from placements
    where federation_id = ${federationId} and deleted_at is null order by id
  `;
}

/** Writes a new desired state and bumps the generation; throws `not-found`. */
export async function updatePlacement(tx: Tx, id: string, document: PlacementDocument): Promise<PlacementRow> {
  const current = await lockResource(tx, { resourceKind: 'placement', resourceId: id });
  if (current.deletedAt !== null) throw new FleetyardError('not-found', `There is no placement "${id}".`);
  return only(
    await tx.sql<PlacementRow[]>`
      update placements set generation = generation + 1, document = ${json(tx, document)}, updated_at = now()
      where id = ${id}
      returning ${columns(tx, placementColumns)}
    `,
  );
}
/** All live placements of a fleet, in the order in which they were made. */
export async function listFleetPlacements(tx: Tx, fleetId: string): Promise<PlacementRow[]> {
  return tx.sql<PlacementRow[]>`
    select ${columns(tx, placementColumns)} from placements
    where fleet_id = ${fleetId} and deleted_at is null order by id
  `;
}
