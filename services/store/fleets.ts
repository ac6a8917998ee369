// Fleets: the document as it was sent and what is stored of it; the clusters are rows of their own.

import { FleetyardError } from '../domain/errors.ts';
import type { ResolvedFleet } from '../domain/fleet-spec.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import type { Phase } from '../domain/operation.ts';
import { claimName } from './database-errors.ts';
import { type ListRequest, narrowList, selectPlace, toSortedPage } from './list-resources.ts';
import type { Page } from './pages.ts';
import { lockResource, resourceColumns, type ResourceColumns } from './resources.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';

/** A fleet as stored. */
export type FleetRow = ResourceColumns & {
  /** The request as it was sent. */
  document: Record<string, unknown>;
  spec: ResolvedFleet;
  federationId: string | null;
  addressSpaceId: string | null;
};

/** A fleet to be stored. */
export type NewFleet = {
  id?: string;
  name: string;
  document: unknown;
  spec: ResolvedFleet;
  federationId?: string | null;
  addressSpaceId?: string | null;
};

/** A change of a fleet's desired state; what is not named stays. */
export type FleetChange = {
  document?: unknown;
  spec?: ResolvedFleet;
  federationId?: string | null;
  addressSpaceId?: string | null;
};

const fleetColumns = [
  ...resourceColumns,
  'document',
  'spec',
  'federationId',
  'addressSpaceId',
] as const satisfies (keyof FleetRow)[];

/** Stores a fleet with generation 1; throws `name-taken`. */
export async function createFleet(tx: Tx, fleet: NewFleet): Promise<FleetRow> {
  const id = fleet.id ?? newId(idPrefixes.fleet);
  const rows = await claimName(
    'fleets_name_key',
    'fleet',
    fleet.name,
    () => tx.sql<FleetRow[]>`
      insert into fleets (id, project_id, name, document, spec, federation_id, address_space_id)
      values (${id}, ${getProjectId(tx)}, ${fleet.name}, ${json(tx, fleet.document)}, ${json(tx, fleet.spec)},
        ${fleet.federationId ?? null}, ${fleet.addressSpaceId ?? null})
      returning ${columns(tx, fleetColumns)}
    `,
  );
  return only(rows);
}

/** Finds a fleet by id or name. A tombstone is found only by its id, and only when asked for. */
export async function findFleet(
  tx: Tx,
  idOrName: string,
  { includeDeleted = false }: { includeDeleted?: boolean } = {},
): Promise<FleetRow | undefined> {
  const byId = isId(idOrName, 'fl');
  const key = byId ? tx.sql`id` : tx.sql`name`;
  const live = byId && includeDeleted ? tx.sql`` : tx.sql`and deleted_at is null`;
  const [row] = await tx.sql<FleetRow[]>`
    select ${columns(tx, fleetColumns)} from fleets where ${key} = ${idOrName} ${live}
  `;
  return row;
}

/** Like `findFleet`, but throws `not-found`. */
export async function getFleet(
  tx: Tx,
  idOrName: string,
  options: { includeDeleted?: boolean } = {},
): Promise<FleetRow> {
  const row = await findFleet(tx, idOrName, options);
  if (row === undefined) throw new FleetyardError('not-found', `There is no fleet "${idOrName}".`);
  return row;
}

/** Lists live fleets. */
export async function listFleets(
  tx: Tx,
  { phase, ...request }: ListRequest & { phase?: Phase },
): Promise<Page<FleetRow>> {
  const { sql } = tx;
  const rows = await sql<FleetRow[]>`
    select ${columns(tx, fleetColumns)} ${selectPlace(tx, request.sort)} from fleets
    where deleted_at is null
      ${phase === undefined ? sql`` : sql`and phase = ${phase}`}
      ${narrowList(tx, request)}
  `;
  return toSortedPage(rows, request);
}

/** Writes a new desired state and bumps the generation; throws `not-found`. */
export async function updateFleet(tx: Tx, id: string, change: FleetChange): Promise<FleetRow> {
  const current = await lockResource(tx, { resourceKind: 'fleet', resourceId: id });
  if (current.deletedAt !== null) throw new FleetyardError('not-found', `There is no fleet "${id}".`);
  const { sql } = tx;
  return only(
    await sql<FleetRow[]>`
      update fleets set
        generation = generation + 1,
        document = ${change.document === undefined ? sql`document` : json(tx, change.document)},
        spec = ${change.spec === undefined ? sql`spec` : json(tx, change.spec)},
        federation_id = ${change.federationId === undefined ? sql`federation_id` : change.federationId},
        address_space_id = ${change.addressSpaceId === undefined ? sql`address_space_id` : change.addressSpaceId},
        updated_at = now()
      where id = ${id}
      returning ${columns(tx, fleetColumns)}
    `,
  );
}
