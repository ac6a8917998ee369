// Lets go of a cluster or a federation without asking its cloud or its hub for anything.

import type { Schemas } from '../contract/schemas.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import { refuseNeeded } from './delete-federation.ts';
import { refuseProtected } from './judge-removal.ts';
import { findSufficientRemoval, startClusterOperation, startFederationOperation } from './start-operation.ts';

/**
 * Starts it, or finds the one that is under way. A member may be let go of while its fleet's document names it: the next application of the document
 * makes it anew.
 */
export async function abandonCluster(
  change: Change,
  row: ClusterRow,
  { releaseRanges = false }: Schemas['AbandonCluster'],
): Promise<OperationRow> {
  if (row.protect) throw refuseProtected(row);
  const underWay = await findSufficientRemoval(change, row, { kind: 'abandon' });
  return (
    underWay ?? startClusterOperation(change, row, { kind: 'abandon', touched: [], parentId: null, releaseRanges })
  );
}

/** Starts it, or finds the one that is under way; throws `in-use` while anything is tied to the federation. */
export async function abandonFederation(change: Change, row: FederationRow): Promise<OperationRow> {
  await refuseNeeded(change.tx, row);
  const underWay = await findSufficientRemoval(change, row, { kind: 'abandon' });
  return underWay ?? startFederationOperation(change, row, { kind: 'abandon', parentId: null });
}
