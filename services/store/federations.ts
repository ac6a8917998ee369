// Federations: a hub behind a credential; the members are the clusters that name it.

import { FleetyardError } from '../domain/errors.ts';
import type { FederationEngine } from '../domain/fleet-spec.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import { claimName } from './database-errors.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { resourceColumns, type ResourceColumns } from './resources.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';

/** A federation as stored. */
export type FederationRow = ResourceColumns & {
  engine: FederationEngine;
  hubCredentialId: string;
  spec: Record<string, unknown>;
};

/** A federation to be stored. */
export type NewFederation = {
  id?: string;
  name: string;
  engine: FederationEngine;
  hubCredentialId: string;
  spec: Record<string, unknown>;
};

const federationColumns = [
  ...resourceColumns,
  'engine',
  'hubCredentialId',
  'spec',
] as const satisfies (keyof FederationRow)[];

/** Stores a federation with generation 1; throws `name-taken`. */
export async function createFederation(tx: Tx, federation: NewFederation): Promise<FederationRow> {
  const id = federation.id ?? newId(idPrefixes.federation);
  const rows = await claimName(
    'federations_name_key',
    'federation',
    federation.name,
    () => tx.sql<FederationRow[]>`
      insert into federations (id, project_id, name, engine, hub_credential_id, spec)
      values (${id}, ${getProjectId(tx)}, ${federation.name}, ${federation.engine}, ${federation.hubCredentialId},
        ${json(tx, federation.spec)})
      returning ${columns(tx, federationColumns)}
    `,
  );
  return only(rows);
}

/** Finds a federation by id or name. A tombstone is found only by its id, and only when asked for. */
export async function findFederation(
  tx: Tx,
  idOrName: string,
  { includeDeleted = false }: { includeDeleted?: boolean } = {},
): Promise<FederationRow | undefined> {
  const byId = isId(idOrName, 'fd');
  const key = byId ? tx.sql`id` : tx.sql`name`;
  const live = byId && includeDeleted ? tx.sql`` : tx.sql`and deleted_at is null`;
  const [row] = await tx.sql<FederationRow[]>`
    select ${columns(tx, federationColumns)} from federations where ${key} = ${idOrName} ${live}
  `;
  return row;
}

/**
 * Finds a live federation for somebody who is about to be its member. The lock lets others join too, but whoever deletes the federation
 * waits for it, and sees the member then; the key-share lock of a foreign key would not be waited for.
 */
export async function holdFederation(tx: Tx, idOrName: string): Promise<FederationRow | undefined> {
  const key = isId(idOrName, 'fd') ? tx.sql`id` : tx.sql`name`;
  const [row] = await tx.sql<FederationRow[]>`
    select ${columns(tx, federationColumns)} from federations
    where ${key} = ${idOrName} and deleted_at is null for share
  `;
  return row;
}

/** Like `findFederation`, but throws `not-found`. */
export async function getFederation(
  tx: Tx,
  idOrName: string,
  options: { includeDeleted?: boolean } = {},
): Promise<FederationRow> {
  const row = await findFederation(tx, idOrName, options);
  if (row === undefined) throw new FleetyardError('not-found', `There is no federation "${idOrName}".`);
  return row;
}

/** Lists live federations. */
export async function listFederations(
  tx: Tx,
  { limit, cursor, order = 'asc' }: PageRequest,
): Promise<Page<FederationRow>> {
  const { sql } = tx;
  const rows = await sql<FederationRow[]>`
    select ${columns(tx, federationColumns)} from federations
    where deleted_at is null
      ${cursor === undefined ? sql`` : sql`and id ${order === 'asc' ? sql`>` : sql`<`} ${decodeCursor(cursor)}`}
    order by id ${order === 'asc' ? sql`asc` : sql`desc`} limit ${limit + 1}
  `;
  return toPage(rows, limit);
}

/** Whether another live federation has the same hub. */
export async function hasOtherFederation(
  tx: Tx,
  { hubCredentialId, besides }: { hubCredentialId: string; besides: string },
): Promise<boolean> {
  const rows = await tx.sql`
    select 1 from federations
    where hub_credential_id = ${hubCredentialId} and id <> ${besides} and deleted_at is null limit 1
  `;
  return rows.length > 0;
}

/** Names of live members and placements of a federation, no more than a message takes. */
export async function listMemberNames(tx: Tx, federationId: string): Promise<string[]> {
  const rows = await tx.sql<{ name: string }[]>`
    (select name from clusters where federation_id = ${federationId} and deleted_at is null order by name limit 5)
    union all
    (select name from placements where federation_id = ${federationId} and deleted_at is null order by name limit 5)
    limit 5
  `;
  return rows.map(({ name }) => name);
}

/** Names as messages show them. */
export function quoteNames(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
