// Clusters: desired spec, observed status, and where each belongs.

import type { Schemas } from '../contract/schemas.ts';
import type { ResolvedCluster } from '../domain/cluster-spec.ts';
import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import type { Phase } from '../domain/operation.ts';
import type { Provider } from '../domain/providers/registry.ts';
import { refuseTakenName } from './database-errors.ts';
import {
  type LabelFilter,
  type ListRequest,
  narrowLabels,
  narrowList,
  selectPlace,
  toSortedPage,
} from './list-resources.ts';
import type { Page } from './pages.ts';
import { lockResource, resourceColumns, type ResourceColumns } from './resources.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';

/** A cluster as stored. */
export type ClusterRow = ResourceColumns & {
  provider: Provider;
  simulated: boolean;
  credentialId: string;
  fleetId: string | null;
  federationId: string | null;
  /** What was applied last; null for members of fleets, and for clusters of before documents were kept. */
  document: Schemas['ClusterRequest'] | null;
  spec: ResolvedCluster;
  protect: boolean;
};

/** A cluster to be stored; its ranges are reserved under its id before. */
export type NewCluster = {
  id?: string;
  name: string;
  provider: Provider;
  simulated: boolean;
  credentialId: string;
  fleetId?: string | null;
  federationId?: string | null;
  document?: Schemas['ClusterRequest'] | null;
  spec: ResolvedCluster;
  protect?: boolean;
};

/** What a list of clusters is narrowed to. */
export type ClusterFilter = {
  fleetId?: string;
  federationId?: string;
  credentialId?: string;
  provider?: Provider;
  phase?: Phase;
  labels?: readonly LabelFilter[];
  /** Tombstones too. */
  includeDeleted?: boolean;
};

const clusterColumns = [
  ...resourceColumns,
  'provider',
  'simulated',
  'credentialId',
  'fleetId',
  'federationId',
  'document',
  'spec',
  'protect',
] as const satisfies (keyof ClusterRow)[];

const columnsBesideTexts = clusterColumns.filter((name) => name !== 'spec' && name !== 'document');

/**
 * Stores clusters with generation 1, all or none, in the order in which they are given; throws `name-taken` for the first whose name is. Their
 * first operations are inserted beside them.
 */
export async function createClusters(tx: Tx, clusters: readonly NewCluster[]): Promise<ClusterRow[]> {
  if (clusters.length === 0) return [];
  const given = clusters.map((cluster) => ({
    fleetId: null,
    federationId: null,
    document: null,
    protect: false,
    ...cluster,
    id: cluster.id ?? newId(idPrefixes.cluster),
  }));
  const rows = given.map((cluster) => [
    cluster.id,
    cluster.name,
    cluster.provider,
    cluster.simulated,
    cluster.credentialId,
    cluster.fleetId,
    cluster.federationId,
    cluster.document,
    cluster.spec,
    cluster.protect,
  ]);
  // One text of a statement for any number of rows, so that it is prepared once. Documents and specs are not sent back.
  const stored = await tx.sql<Omit<ClusterRow, 'document' | 'spec'>[]>`
    insert into clusters
      (id, project_id, name, provider, simulated, credential_id, fleet_id, federation_id, document, spec, protect)
    select c ->> 0, ${getProjectId(tx)}, c ->> 1, c ->> 2, (c ->> 3)::boolean, c ->> 4, c ->> 5, c ->> 6,
      nullif(c -> 7, 'null'), c -> 8, (c ->> 9)::boolean
    from jsonb_array_elements(${json(tx, rows)}) as given (c)
    on conflict (project_id, name) where deleted_at is null do nothing
    returning ${columns(tx, columnsBesideTexts)}
  `;
  const found = new Map(stored.map((row) => [row.id, row]));
  return given.map(({ id, name, document, spec }) => {
    const row = found.get(id);
    if (row === undefined) throw refuseTakenName('cluster', name);
    return { ...row, document, spec };
  });
}

/**
 * Live clusters by these names. Each is looked up on its own: on tables that were never analysed a list of names was looked for by
 * reading all clusters of the project (35 ms at 10,000).
 */
export async function findClustersNamed(
  tx: Tx,
  names: readonly string[],
): Promise<Map<string, Pick<ClusterRow, 'id' | 'name' | 'fleetId'>>> {
  if (names.length === 0) return new Map();
  const rows = await tx.sql<Pick<ClusterRow, 'id' | 'name' | 'fleetId'>[]>`
    select found.id, found.name, found.fleet_id from unnest(${names as string[]}::text[]) as asked (name)
    cross join lateral (
      select id, name, fleet_id from clusters
      -- Asked for in the order of one index alone: while the table is empty all of them cost the same, and that plan is kept.
      where project_id = ${getProjectId(tx)} and name >= asked.name and name <= asked.name and deleted_at is null
      order by name limit 1
    ) found
  `;
  return new Map(rows.map((row) => [row.name, row]));
}

/** Finds a cluster by id or name. A tombstone is found only by its id, and only when asked for. */
export async function findCluster(
  tx: Tx,
  idOrName: string,
  { includeDeleted = false }: { includeDeleted?: boolean } = {},
): Promise<ClusterRow | undefined> {
  const byId = isId(idOrName, 'cl');
  const key = byId ? tx.sql`id` : tx.sql`name`;
  const live = byId && includeDeleted ? tx.sql`` : tx.sql`and deleted_at is null`;
  const [row] = await tx.sql<ClusterRow[]>`
    select ${columns(tx, clusterColumns)} from clusters where ${key} = ${idOrName} ${live}
  `;
  return row;
}

/** Like `findCluster`, but throws `not-found`. */
export async function getCluster(
  tx: Tx,
  idOrName: string,
  options: { includeDeleted?: boolean } = {},
): Promise<ClusterRow> {
  const row = await findCluster(tx, idOrName, options);
  if (row === undefined) throw new FleetyardError('not-found', `There is no cluster "${idOrName}".`);
  return row;
}

/** Lists clusters, live ones unless the filter says otherwise. */
export async function listClusters(tx: Tx, filter: ListRequest & ClusterFilter): Promise<Page<ClusterRow>> {
  const { sql } = tx;
  const rows = await sql<ClusterRow[]>`
    select ${columns(tx, clusterColumns)} ${selectPlace(tx, filter.sort)} from clusters
    where true
      ${filter.includeDeleted === true ? sql`` : sql`and deleted_at is null`}
      ${filter.fleetId === undefined ? sql`` : sql`and fleet_id = ${filter.fleetId}`}
      ${filter.federationId === undefined ? sql`` : sql`and federation_id = ${filter.federationId}`}
      ${filter.credentialId === undefined ? sql`` : sql`and credential_id = ${filter.credentialId}`}
      ${filter.provider === undefined ? sql`` : sql`and provider = ${filter.provider}`}
      ${filter.phase === undefined ? sql`` : sql`and phase = ${filter.phase}`}
      ${narrowLabels(tx, filter.labels ?? [])}
      ${narrowList(tx, filter)}
  `;
  return toSortedPage(rows, filter);
}

/** All live clusters of a fleet, in the order in which they were made. */
export async function listFleetClusters(tx: Tx, fleetId: string): Promise<ClusterRow[]> {
  return tx.sql<ClusterRow[]>`
    select ${columns(tx, clusterColumns)} from clusters where fleet_id = ${fleetId} and deleted_at is null order by id
  `;
}

/** All live clusters of a federation, in the order in which they were made. */
export async function listFederationClusters(tx: Tx, federationId: string): Promise<ClusterRow[]> {
  return tx.sql<ClusterRow[]>`
    select ${columns(tx, clusterColumns)} from clusters
    where federation_id = ${federationId} and deleted_at is null order by id
  `;
}

/** A change of a cluster's desired state; what is not named stays. */
export type ClusterChange = {
  document?: Schemas['ClusterRequest'];
  spec?: ResolvedCluster;
  fleetId?: string | null;
  federationId?: string | null;
  credentialId?: string;
  protect?: boolean;
};

/** Writes a new desired state and bumps the generation; throws `not-found`. */
export async function updateCluster(tx: Tx, id: string, change: ClusterChange): Promise<ClusterRow> {
  const current = await lockResource(tx, { resourceKind: 'cluster', resourceId: id });
  if (current.deletedAt !== null) throw new FleetyardError('not-found', `There is no cluster "${id}".`);
  const { sql } = tx;
  return only(
    await sql<ClusterRow[]>`
      update clusters set
        generation = generation + 1,
        document = ${change.document === undefined ? sql`document` : json(tx, change.document)},
        spec = ${change.spec === undefined ? sql`spec` : json(tx, change.spec)},
        fleet_id = ${change.fleetId === undefined ? sql`fleet_id` : change.fleetId},
        federation_id = ${change.federationId === undefined ? sql`federation_id` : change.federationId},
        credential_id = ${change.credentialId ?? sql`credential_id`},
        protect = ${change.protect ?? sql`protect`},
        updated_at = now()
      where id = ${id}
      returning ${columns(tx, clusterColumns)}
    `,
  );
}

/** Keeps the document of a cluster that is what it says already. */
export async function saveClusterDocument(tx: Tx, id: string, document: Schemas['ClusterRequest']): Promise<void> {
  await tx.sql`update clusters set document = ${json(tx, document)} where id = ${id}`;
}
