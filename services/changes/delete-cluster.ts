// Deletes a cluster that nothing protects or needs.

import { FleetyardError } from '../domain/errors.ts';
import { listApplications } from '../domain/ways-out.ts';
import type { ClusterRow } from '../store/clusters.ts';
import { findFleet } from '../store/fleets.ts';
import type { Tx } from '../store/transaction.ts';
import type { Change } from './change.ts';
import { type ClusterOutcome, startDeletion } from './cluster-operations.ts';
import { allowForce, refuseProtected, type Removed } from './judge-removal.ts';
import { lockExisting } from './lock-resource.ts';

/** Starts the deletion, or finds the one that is under way. */
export async function deleteCluster(change: Change, named: Removed): Promise<ClusterOutcome> {
  const force = allowForce(change, 'cluster', named);
  const cluster = await lockExisting(change, 'cluster', named);
  await refuseNeeded(change.tx, cluster);
  return { cluster, operation: await startDeletion(change, cluster, null, { force }) };
}

async function refuseNeeded(tx: Tx, cluster: ClusterRow): Promise<void> {
  const { name, protect, fleetId } = cluster;
  if (protect) throw refuseProtected(cluster);
  const fleet = fleetId === null ? undefined : await findFleet(tx, fleetId);
  if (fleet?.spec.clusters.includes(name) === true) {
    const message = `The document of the fleet "${fleet.name}" names the cluster "${name}"; take it out of there first.`;
    const wayOut = listApplications({ kind: 'cluster', id: cluster.id, fleetId });
    throw new FleetyardError('in-use', message, { wayOut });
  }
}
