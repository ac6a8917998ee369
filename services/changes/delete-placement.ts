// Deletes a placement: the hub is told to forget it.

import { getFederation } from '../store/federations.ts';
import type { OperationRow } from '../store/operations.ts';
import type { PlacementRow } from '../store/placements.ts';
import { refuseFleets } from './apply-placement.ts';
import type { Change } from './change.ts';
import { allowForce, type Removed } from './judge-removal.ts';
import { lockExisting } from './lock-resource.ts';
import type { PlacementOutcome } from './place-workloads.ts';
import { findSufficientRemoval, startPlacementOperation } from './start-operation.ts';

/** Starts the deletion, or finds the one that is under way. */
export async function deletePlacement(change: Change, named: Removed): Promise<PlacementOutcome> {
  const force = allowForce(change, 'placement', named);
  const placement = await lockExisting(change, 'placement', named);
  await refuseFleets(change, placement);
  return { placement, operation: await startPlacementDeletion(change, placement, null, { force }) };
}

/** Starts the deletion. On its own, it finds the one that is under way; a fleet's always waits for one of its own. */
export async function startPlacementDeletion(
  change: Change,
  row: PlacementRow,
  parentId: string | null,
  { force = false }: { force?: boolean } = {},
): Promise<OperationRow> {
  const underWay = parentId === null ? await findSufficientRemoval(change, row, { kind: 'delete', force }) : undefined;
  if (underWay !== undefined) return underWay;
  const federation = await getFederation(change.tx, row.federationId, { includeDeleted: true });
  const forced = force ? { force } : {};
  return startPlacementOperation(change, { row, federation }, { kind: 'delete', parentId, ...forced });
}
