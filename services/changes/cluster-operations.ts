// The operations of one cluster: make, change and delete it, each with its row.

import type { Schemas } from '../contract/schemas.ts';
import type { ResolvedCluster } from '../domain/cluster-spec.ts';
import { type Layer, layers } from '../domain/layers.ts';
import { type ClusterRow, createCluster, updateCluster } from '../store/clusters.ts';
import type { CredentialRow } from '../store/credentials.ts';
import type { OperationRow } from '../store/operations.ts';
import { settleResource } from '../store/resources.ts';
import type { Change } from './change.ts';
import type { PlacedCluster } from './place.ts';
import { findSufficientRemoval, getStand, hasSteps, startClusterOperation } from './start-operation.ts';

/** What ties a cluster to others. */
export type ClusterTies = { fleetId: string | null; federationId: string | null; parentId: string | null };

/** A row and its operation; null when nothing has to be done in the cloud. */
export type ClusterOutcome = { cluster: ClusterRow; operation: OperationRow | null };

/** Stores a new cluster and starts what makes it. */
export async function startCreation(
  change: Change,
  { id, spec }: PlacedCluster,
  credential: CredentialRow,
  { fleetId, federationId, parentId }: ClusterTies,
  document: Schemas['ClusterRequest'] | null = null,
): Promise<ClusterOutcome> {
  const cluster = await createCluster(change.tx, {
    document,
    id,
    name: spec.name,
    provider: spec.provider,
    simulated: credential.simulated,
    credentialId: credential.id,
    fleetId,
    federationId,
    spec,
    protect: spec.protect,
  });
  const operation = await startClusterOperation(change, cluster, { kind: 'create', touched: layers, parentId });
  return { cluster, operation };
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
