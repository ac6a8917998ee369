// How a change is answered: the resource, its operation, and where to follow it.

import type { Created } from '../changes/cluster-operations.ts';
import type { Schemas } from '../contract/schemas.ts';
import { type ClusterRow, getCluster } from '../store/clusters.ts';
import { type FederationRow, getFederation } from '../store/federations.ts';
import { type FleetRow, getFleet } from '../store/fleets.ts';
import { getPlacement, type PlacementRow } from '../store/placements.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Tx } from '../store/transaction.ts';
import { formatEtag } from './conditional.ts';
import { describeCluster, describeOperation } from './describe-resources.ts';
import {
  showCluster,
  showFederation,
  showFleet,
  showOperation,
  showOperations,
  showPlacement,
} from './read-resources.ts';

type Described<Body> = { headers: Record<string, string>; body: Body };

/** A change of a cluster. Rows are read again, for operations have moved their phase. */
export async function describeClusterChange(
  tx: Tx,
  { cluster, operation }: { cluster: ClusterRow; operation: OperationRow | null },
): Promise<Described<Schemas['ClusterChange']>> {
  const shown = await showCluster(tx, await getCluster(tx, cluster.id, { includeDeleted: true }));
  const started = operation === null ? null : await showOperation(tx, operation);
  return { headers: describeHeaders(shown.generation, operation), body: { cluster: shown, operation: started } };
}

/** A cluster that was just made, as its rows were stored. */
export function describeCreation({ cluster, operation, steps }: Created): Described<Schemas['ClusterChange']> {
  const shown = describeCluster(cluster, new Map([[cluster.id, operation]]));
  return {
    headers: describeHeaders(shown.generation, operation),
    body: { cluster: shown, operation: describeOperation(operation, steps) },
  };
}

/** A change of a fleet. */
export async function describeFleetChange(
  tx: Tx,
  {
    fleet,
    operation,
    children,
  }: { fleet: FleetRow; operation: OperationRow | null; children: readonly OperationRow[] },
): Promise<Described<Schemas['FleetChange']>> {
  const shown = await showFleet(tx, await getFleet(tx, fleet.id, { includeDeleted: true }));
  const started = operation === null ? null : await showOperation(tx, operation);
  const body = { fleet: shown, operation: started, children: await showOperations(tx, children) };
  return { headers: describeHeaders(shown.generation, operation), body };
}

/** A change of a federation. */
export async function describeFederationChange(
  tx: Tx,
  { federation, operation }: { federation: FederationRow; operation: OperationRow },
): Promise<Described<Schemas['FederationChange']>> {
  const shown = await showFederation(tx, await getFederation(tx, federation.id, { includeDeleted: true }));
  const body = { federation: shown, operation: await showOperation(tx, operation) };
  return { headers: describeHeaders(shown.generation, operation), body };
}

/** A change of a placement. */
export async function describePlacementChange(
  tx: Tx,
  { placement, operation }: { placement: PlacementRow; operation: OperationRow | null },
): Promise<Described<Schemas['PlacementChange']>> {
  const shown = await showPlacement(tx, await getPlacement(tx, placement.id, { includeDeleted: true }));
  const started = operation === null ? null : await showOperation(tx, operation);
  return { headers: describeHeaders(shown.generation, operation), body: { placement: shown, operation: started } };
}

/** A change of an operation. */
export async function describeOperationChange(
  tx: Tx,
  operation: OperationRow,
): Promise<Described<Schemas['Operation']>> {
  return { headers: { location: `/v1/operations/${operation.id}` }, body: await showOperation(tx, operation) };
}

function describeHeaders(generation: number, operation: OperationRow | null): Record<string, string> {
  const etag = formatEtag(generation);
  return operation === null ? { etag } : { etag, location: `/v1/operations/${operation.id}` };
}
