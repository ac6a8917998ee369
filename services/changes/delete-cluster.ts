// Deletes a cluster that nothing protects or needs.

import { FleetyardError } from '../domain/errors.ts';
import type { ClusterRow } from '../store/clusters.ts';
import { findFleet } from '../store/fleets.ts';
import type { Tx } from '../store/transaction.ts';
import type { Change } from './change.ts';
import { type ClusterOutcome, startDeletion } from './cluster-operations.ts';
import { lockExisting, type Named } from './lock-resource.ts';

/** Starts the deletion, or finds the one that is under way. */
export async function deleteCluster(change: Change, named: Named): Promise<ClusterOutcome> {
  const cluster = await lockExisting(change, 'cluster', named);
  await refuseNeeded(change.tx, cluster);
  return { cluster, operation: await startDeletion(change, cluster, null) };
}

async function refuseNeeded(tx: Tx, { name, protect, fleetId }: ClusterRow): Promise<void> {
  if (protect)
    throw new FleetyardError('protected', `The cluster "${name}" is protected; apply it with protect: false first.`);
  const fleet = fleetId === null ? undefined : await findFleet(tx, fleetId);
  if (fleet?.spec.clusters.includes(name) === true) {
    const message = `The document of the fleet "${fleet.name}" names the cluster "${name}"; take it out of there first.`;
    throw new FleetyardError('in-use', message);
  }
}
