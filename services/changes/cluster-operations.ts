// The operations of one cluster: make, change and delete it, each with its row.

import type { Schemas } from '../contract/schemas.ts';
import type { ResolvedCluster } from '../domain/cluster-spec.ts';
import { type Layer, layers } from '../domain/layers.ts';
import { type ClusterRow, createClusters, updateCluster } from '../store/clusters.ts';
import type { CredentialRow } from '../store/credentials.ts';
import { type FirstOperation, insertFirstOperations } from '../store/insert-first-operations.ts';
import type { OperationRow } from '../store/operations.ts';
import { settleResource } from '../store/resources.ts';
import type { Tx } from '../store/transaction.ts';
import type { Author, Change } from './change.ts';
import type { PlacedCluster } from './place.ts';
import {
  findSufficientRemoval,
  getStand,
  hasSteps,
  planClusterOperation,
  signOperation,
  startClusterOperation,
} from './start-operation.ts';

/** What ties a cluster to others. */
export type ClusterTies = { fleetId: string | null; federationId: string | null; parentId: string | null };

/** A row and its operation; null when nothing has to be done in the cloud. */
export type ClusterOutcome = { cluster: ClusterRow; operation: OperationRow | null };

/** A new cluster on its way into the store. */
export type Creation = {
  placed: PlacedCluster;
  /** What asked for it; a member of a fleet has none of its own. */
  document: Schemas['ClusterRequest'] | null;
  credential: CredentialRow;
  ties: ClusterTies;
  author: Author;
};

/** A new cluster with what makes it. */
export type Created = FirstOperation & { cluster: ClusterRow };

/** Stores new clusters, all or none, and starts what makes them. */
export async function startCreations(tx: Tx, creations: readonly Creation[]): Promise<Created[]> {
  const clusters = creations.map(({ placed: { id, spec }, document, credential, ties }) => ({
    document,
    id,
    name: spec.name,
    provider: spec.provider,
    simulated: credential.simulated,
    credentialId: credential.id,
    fleetId: ties.fleetId,
    federationId: ties.federationId,
    spec,
    protect: spec.protect,
    generation: 1,
  }));
  const operations = creations.map(({ author, ties: { parentId } }, index) => {
    const cluster = clusters[index] as (typeof clusters)[number];
    return signOperation(planClusterOperation(cluster, { kind: 'create', touched: layers, parentId }), author);
  });
  // Sent together; what refuses one of them undoes both.
  const [rows, started] = await Promise.all([createClusters(tx, clusters), insertFirstOperations(tx, operations)]);
  return started.map((first, index) => ({ ...first, cluster: rows[index] as ClusterRow }));
}

/** A new desired spec for a cluster that stands. */
export type ClusterUpdate = {
  row: ClusterRow;
  next: ResolvedCluster;
  /** What says so; a member of a fleet has none of its own. */
  document?: Schemas['ClusterRequest'];
  credentialId: string;
  /** What the difference touches. */
  touched: readonly Layer[];
  ties: ClusterTies;
};

/** Stores the next spec and starts what brings it about; nothing is started when no layer is touched. */
export async function startUpdate(
  change: Change,
  { row, next, document, credentialId, touched, ties }: ClusterUpdate,
): Promise<ClusterOutcome> {
  const { fleetId, federationId, parentId } = ties;
  const { standing } = await getStand(change, row);
  const cluster = await updateCluster(change.tx, row.id, {
    spec: next,
    ...(document === undefined ? {} : { document }),
    credentialId,
    fleetId,
    federationId,
    protect: next.protect,
  });
  // What an earlier operation has not brought about yet may be anywhere.
  const needed = standing === 'as-desired' ? touched : layers;
  if (hasSteps('update', cluster, needed)) {
    const operation = await startClusterOperation(change, cluster, { kind: 'update', touched: needed, parentId });
    return { cluster, operation };
  }
  const { generation } = cluster;
  await settleResource(change.tx, { resourceKind: 'cluster', resourceId: row.id }, { kind: 'update', generation });
  return { cluster: { ...cluster, observedGeneration: generation }, operation: null };
}

/**
 * Brings about what is asked for already: nothing when it is there, what is under way, or an operation over all layers, any of which may be
 * missing. The spec stays as it is, and with it the generation.
 */
export async function bringAbout(change: Change, row: ClusterRow, parentId: string | null): Promise<ClusterOutcome> {
  const { standing, newest } = await getStand(change, row);
  if (standing === 'as-desired') return { cluster: row, operation: null };
  if (standing === 'under-way' && newest !== undefined) return { cluster: row, operation: newest };
  const operation = await startClusterOperation(change, row, { kind: 'update', touched: layers, parentId });
  return { cluster: row, operation };
}

/** Starts the deletion. On its own, it finds the one that is under way; a fleet's always waits for one of its own. */
export async function startDeletion(
  change: Change,
  row: ClusterRow,
  parentId: string | null,
  { force = false }: { force?: boolean } = {},
): Promise<OperationRow> {
  const underWay = parentId === null ? await findSufficientRemoval(change, row, { kind: 'delete', force }) : undefined;
  const forced = force ? { force } : {};
  return underWay ?? startClusterOperation(change, row, { kind: 'delete', touched: layers, parentId, ...forced });
}
