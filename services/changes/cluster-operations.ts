// The operations of one cluster: make, change and delete it, each with its row and its steps.

import type { ResolvedCluster } from '../domain/cluster-spec.ts';
import { isSettled } from '../domain/operation.ts';
import { layers, type Layer, planSteps } from '../domain/steps.ts';
import { type ClusterRow, createCluster, updateCluster } from '../store/clusters.ts';
import type { CredentialRow } from '../store/credentials.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { findLatestOperation, type OperationRow } from '../store/operations.ts';
import { settleResource } from '../store/resources.ts';
import { type Change, signal } from './change.ts';
import type { PlacedCluster } from './place.ts';

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
): Promise<ClusterOutcome> {
  const cluster = await createCluster(change.tx, {
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
  return { cluster, operation: await insert(change, cluster, 'create', layers, parentId) };
}

/** A new desired spec for a cluster that stands. */
export type ClusterUpdate = {
  row: ClusterRow;
  next: ResolvedCluster;
  credentialId: string;
  /** What the difference touches. */
  touched: readonly Layer[];
  ties: ClusterTies;
};

/** Stores the next spec and starts what brings it about; nothing is started when no layer is touched. */
export async function startUpdate(
  change: Change,
  { row, next, credentialId, touched, ties }: ClusterUpdate,
): Promise<ClusterOutcome> {
  const { fleetId, federationId, parentId } = ties;
  const settledBefore = row.observedGeneration === row.generation && !(await isDeletionLeft(change, row.id));
  const updated = await updateCluster(change.tx, row.id, {
    spec: next,
    credentialId,
    fleetId,
    federationId,
    protect: next.protect,
  });
  // What an earlier operation has not brought about yet may be anywhere.
  const needed = settledBefore ? touched : layers;
  const steps = planSteps('update', { kind: 'cluster', federated: federationId !== null, touched: needed });
  if (steps.length > 0)
    return { cluster: updated, operation: await insert(change, updated, 'update', needed, parentId) };
  await settleResource(
    change.tx,
    { resourceKind: 'cluster', resourceId: row.id },
    { kind: 'update', generation: updated.generation },
  );
  return { cluster: { ...updated, observedGeneration: updated.generation }, operation: null };
}

/** Starts the deletion, or finds the one that is under way. */
export async function startDeletion(change: Change, row: ClusterRow, parentId: string | null): Promise<OperationRow> {
  const latest = await findLatestOperation(change.tx, row.id);
  if (parentId === null && latest?.kind === 'delete' && !isSettled(latest.state)) return latest;
  const deployed = row.federationId === null ? layers.filter((layer) => layer !== 'membership') : layers;
  const steps = planSteps('delete', { kind: 'cluster', federated: row.federationId !== null, deployed });
  const operation = await insertOperation(change.tx, {
    resourceKind: 'cluster',
    resourceId: row.id,
    kind: 'delete',
    generation: row.generation,
    input: describeInput(row),
    steps,
    parentId,
    createdBy: change.createdBy,
  });
  return signal(change, operation);
}

/** Whether the last thing asked of a cluster was its deletion, and whether that is still under way. */
export async function findDeletion({ tx }: Change, clusterId: string): Promise<'none' | 'under-way' | 'failed'> {
  const latest = await findLatestOperation(tx, clusterId);
  if (latest?.kind !== 'delete') return 'none';
  return isSettled(latest.state) ? 'failed' : 'under-way';
}

async function isDeletionLeft(change: Change, clusterId: string): Promise<boolean> {
  return (await findDeletion(change, clusterId)) !== 'none';
}

async function insert(
  change: Change,
  cluster: ClusterRow,
  kind: 'create' | 'update',
  touched: readonly Layer[],
  parentId: string | null,
): Promise<OperationRow> {
  const steps = planSteps(kind, { kind: 'cluster', federated: cluster.federationId !== null, touched });
  const operation = await insertOperation(change.tx, {
    resourceKind: 'cluster',
    resourceId: cluster.id,
    kind,
    generation: cluster.generation,
    input: describeInput(cluster),
    steps,
    parentId,
    createdBy: change.createdBy,
  });
  return signal(change, operation);
}

/** The frozen input of an operation: later changes of the row are later operations. */
function describeInput({ spec, credentialId, federationId, simulated }: ClusterRow): Record<string, unknown> {
  return { spec, credentialId, federationId, simulated };
}
