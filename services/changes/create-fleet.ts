// Makes a fleet: its federation, its clusters, and an operation that waits for all of them.

import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { listNameOwner } from '../domain/ways-out.ts';
import { createFleet as storeFleet, findFleet, type FleetRow } from '../store/fleets.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import { storeFleetFederation } from './federation-operations.ts';
import { changePlacements, planFleetPlacements } from './fleet-placements.ts';
import { changeMembers } from './fleet-members.ts';
import { prepareFleet } from './prepare-fleet.ts';
import { startFederationOperation, startFleetOperation } from './start-operation.ts';

/** A fleet after a change; no operation means that none was needed. */
export type FleetOutcome = { fleet: FleetRow; operation: OperationRow | null; children: OperationRow[] };

/** Makes everything that the document names; throws every fault of it at once. */
export async function createFleet(change: Change, request: Schemas['FleetRequest']): Promise<FleetOutcome> {
  await refuseTakenName(change, request.name);
  const { space, credentials, resolution, standing } = await prepareFleet(change, request, undefined);
  const federation = await storeFleetFederation(change, resolution.fleet);
  const fleet = await storeFleet(change.tx, {
    name: request.name,
    document: request,
    spec: resolution.fleet,
    federationId: federation?.id ?? null,
    addressSpaceId: space.id,
  });
  const operation = await startFleetOperation(change, fleet, 'create');
  const parentId = operation.id;
  const children =
    federation === undefined ? [] : [await startFederationOperation(change, federation, { kind: 'create', parentId })];
  children.push(...(await changeMembers(change, { fleet, resolution, space, credentials, standing, parentId })));
  const placements = await planFleetPlacements(change, request, undefined);
  children.push(...(await changePlacements(change, placements, { fleet, parentId })));
  return { fleet, operation, children };
}

/** The index refuses it too, but would speak of the federation, which has the same name and is stored first. */
async function refuseTakenName({ tx }: Change, name: string): Promise<void> {
  if ((await findFleet(tx, name)) === undefined) return;
  const message = `There is already a fleet named "${name}".`;
  throw new FleetyardError('name-taken', message, {
    details: [{ pointer: '/name', message, code: 'name-taken' }],
    wayOut: listNameOwner('fleet', name),
  });
}
