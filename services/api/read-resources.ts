// Reads resources with what their descriptions need beside the row.

import type { Schemas } from '../contract/schemas.ts';
import { type ClusterRow, listFleetClusters } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { listFleetPlacements, type PlacementRow } from '../store/placements.ts';
import { listLatestStates, type OperationRow } from '../store/operations.ts';
import { findWaiting } from '../store/queue-position.ts';
import { listStepsOf } from '../store/steps.ts';
import type { Tx } from '../store/transaction.ts';
import { describePlacement } from './describe-placement.ts';
import { describeCluster, describeFederation, describeFleet, describeOperation } from './describe-resources.ts';

/** Clusters as they are shown. */
export async function showClusters(tx: Tx, rows: readonly ClusterRow[]): Promise<Schemas['Cluster'][]> {
  const latest = await listLatestStates(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => describeCluster(row, latest));
}

/** One cluster as it is shown. */
export async function showCluster(tx: Tx, row: ClusterRow): Promise<Schemas['Cluster']> {
  return describeCluster(row, await listLatestStates(tx, [row.id]));
}

/** A fleet as it is shown, with its members. */
export async function showFleet(tx: Tx, row: FleetRow): Promise<Schemas['Fleet']> {
  const members = await listFleetClusters(tx, row.id);
  const placements = await listFleetPlacements(tx, row.id);
  const ids = [row, ...members, ...placements].map(({ id }) => id);
  return describeFleet(row, { members, placements }, await listLatestStates(tx, ids));
}

/** A federation as it is shown. */
export async function showFederation(tx: Tx, row: FederationRow): Promise<Schemas['Federation']> {
  return describeFederation(row, await listLatestStates(tx, [row.id]));
}

/** A placement as it is shown. */
export async function showPlacement(tx: Tx, row: PlacementRow): Promise<Schemas['Placement']> {
  return describePlacement(row, await listLatestStates(tx, [row.id]));
}

/** Operations as they are shown, with their steps. */
export async function showOperations(tx: Tx, rows: readonly OperationRow[]): Promise<Schemas['Operation'][]> {
  const steps = await listStepsOf(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => describeOperation(row, steps.get(row.id) ?? []));
}

/** One operation, with where it stands while it waits. */
export async function showWaitingOperation(tx: Tx, row: OperationRow): Promise<Schemas['Operation']> {
  const waiting = await findWaiting(tx, row);
  const steps = await listStepsOf(tx, [row.id]);
  return describeOperation(row, steps.get(row.id) ?? [], waiting);
}

/** One operation as it is shown. */
export async function showOperation(tx: Tx, row: OperationRow): Promise<Schemas['Operation']> {
  const steps = await listStepsOf(tx, [row.id]);
  return describeOperation(row, steps.get(row.id) ?? []);
}
