// Answers deleteCluster.

import { FleetyardError } from '../../domain/errors.ts';
import { type ClusterRow, getCluster } from '../../store/clusters.ts';
import { findFleet } from '../../store/fleets.ts';
import { lockResource } from '../../store/resources.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Handler } from '../call.ts';
import { runChange } from '../../changes/change.ts';
import { startDeletion } from '../../changes/cluster-operations.ts';
import { describeClusterChange } from '../describe-change.ts';
import { checkIfMatch } from '../conditional.ts';

/** Starts the deletion of a cluster that nothing protects or needs. */
export const deleteCluster: Handler<'deleteCluster'> = async (call) => {
  return runChange(call, async (change) => {
    const { tx } = change;
    const { id } = await getCluster(tx, call.path.cluster);
    await lockResource(tx, { resourceKind: 'cluster', resourceId: id });
    const row = await getCluster(tx, id);
    checkIfMatch(call.headers, row.generation);
    await refuseNeeded(tx, row);
    const operation = await startDeletion(change, row, null);
    return { ...(await describeClusterChange(tx, { cluster: await getCluster(tx, id), operation })), status: 202 };
  });
};

async function refuseNeeded(tx: Tx, { name, protect, fleetId }: ClusterRow): Promise<void> {
  if (protect)
    throw new FleetyardError('protected', `The cluster "${name}" is protected; apply it with protect: false first.`);
  const fleet = fleetId === null ? undefined : await findFleet(tx, fleetId);
  if (fleet?.spec.clusters.includes(name) === true) {
    const message = `The document of the fleet "${fleet.name}" names the cluster "${name}"; take it out of there first.`;
    throw new FleetyardError('in-use', message);
  }
}
