// Deletes a fleet with everything that it made.

import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { listApplications, listDependents } from '../domain/ways-out.ts';
import { type ClusterRow, listFederationClusters, listFleetClusters } from '../store/clusters.ts';
import { findFederation } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { listChildren, type OperationRow } from '../store/operations.ts';
import { listFederationPlacements, listFleetPlacements } from '../store/placements.ts';
import type { Change } from './change.ts';
import { startDeletion } from './cluster-operations.ts';
import type { FleetOutcome } from './create-fleet.ts';
import { startPlacementDeletion } from './delete-placement.ts';
import { startFederationDeletion } from './federation-operations.ts';
import { allowForce, type Removed } from './judge-removal.ts';
import { lockExisting } from './lock-resource.ts';
import { findSufficientRemoval, startFleetOperation } from './start-operation.ts';

/** Starts the deletion of a fleet, its clusters and its federation, or finds the one that is under way. */
export async function deleteFleet(change: Change, named: Removed): Promise<FleetOutcome> {
  const force = allowForce(change, 'fleet', named);
  const fleet = await lockExisting(change, 'fleet', named);
  const underWay = await findSufficientRemoval(change, fleet, { kind: 'delete', force });
  if (underWay !== undefined) {
    return { fleet, operation: underWay, children: await listChildren(change.tx, underWay.id) };
  }
  const members = await listFleetClusters(change.tx, fleet.id);
  refuseProtected(fleet, members);
  await refuseOutsiders(change, fleet);
  const operation = await startFleetOperation(change, fleet, 'delete', force ? { force } : {});
  const children: OperationRow[] = [];
  for (const member of members) children.push(await startDeletion(change, member, operation.id, { force }));
  for (const placement of await listFleetPlacements(change.tx, fleet.id))
    children.push(await startPlacementDeletion(change, placement, operation.id, { force }));
  const { federationId } = fleet;
  const federation = federationId === null ? undefined : await findFederation(change.tx, federationId);
  if (federation !== undefined)
    children.push(await startFederationDeletion(change, federation, operation.id, { force }));
  return { fleet, operation, children };
}

function refuseProtected(row: FleetRow, members: readonly ClusterRow[]): void {
  const details: ErrorDetail[] = members
    .filter(({ protect }) => protect)
    .map(({ name }) => ({ pointer: '', message: `The cluster ${name} is protected.`, code: 'protected' }));
  if (details.length > 0)
    throw new FleetyardError('protected', `The fleet "${row.name}" has protected clusters.`, {
      details,
      wayOut: listApplications({ kind: 'fleet', id: row.id }),
    });
}

/** A cluster of its own, or of another fleet, may have joined the federation that goes with this fleet. */
async function refuseOutsiders({ tx }: Change, row: FleetRow): Promise<void> {
  if (row.federationId === null) return;
  const outsiders = (await listFederationClusters(tx, row.federationId)).filter(({ fleetId }) => fleetId !== row.id);
  if (outsiders.length === 0) return refuseOtherPlacements({ tx }, row);
  const names = outsiders.map(({ name }) => `"${name}"`).join(', ');
  const message = `The federation of the fleet "${row.name}" has members from elsewhere: ${names}.`;
  const wayOut = listDependents(outsiders.slice(0, 5).map(({ id, name }) => ({ kind: 'cluster', id, name })));
  throw new FleetyardError('in-use', message, { wayOut });
}

/** A placement of its own in the federation would be left without a hub. */
async function refuseOtherPlacements({ tx }: Pick<Change, 'tx'>, { id, name, federationId }: FleetRow): Promise<void> {
  if (federationId === null) return;
  const others = (await listFederationPlacements(tx, federationId)).filter(({ fleetId }) => fleetId !== id);
  if (others.length === 0) return;
  const names = others.slice(0, 5).map((placement) => `"${placement.name}"`);
  const message = `The federation of the fleet "${name}" has placements from elsewhere: ${names.join(', ')}.`;
  const wayOut = listDependents(others.slice(0, 5).map((placement) => ({ ...placement, kind: 'placement' })));
  throw new FleetyardError('in-use', message, { wayOut });
}
