// Applies the document of a fleet: an operation for each member that differs, and one that waits for them.

import type { Schemas } from '../contract/schemas.ts';
import { isSame } from '../domain/compare.ts';
import type { FleetResolution } from '../domain/resolve-fleet.ts';
import type { ClusterRow } from '../store/clusters.ts';
import { type FederationRow, holdFederation } from '../store/federations.ts';
import { type FleetRow, updateFleet } from '../store/fleets.ts';
import { listChildren } from '../store/operations.ts';
import { settleResource } from '../store/resources.ts';
import type { Change } from './change.ts';
import { createFleet, type FleetOutcome } from './create-fleet.ts';
import { storeFleetFederation } from './federation-operations.ts';
import { changePlacements, planFleetPlacements } from './fleet-placements.ts';
import { changeMembers } from './fleet-members.ts';
import { lockApplied, type Named } from './lock-resource.ts';
import { type PreparedFleet, prepareFleet } from './prepare-fleet.ts';
import { getStand, refuseLeaving, startFederationOperation, startFleetOperation } from './start-operation.ts';

type Request = Schemas['FleetRequest'];

/** Applies a document to the fleet that is named, which may not exist yet. */
export async function applyFleet(change: Change, target: Named & { request: Request }): Promise<FleetOutcome> {
  const row = await lockApplied(change, 'fleet', target);
  if (row === undefined) return createFleet(change, target.request);
  refuseLeaving('fleet', row, await getStand(change, row));
  return updateFromRequest(change, row, target.request);
}

async function updateFromRequest(change: Change, row: FleetRow, request: Request): Promise<FleetOutcome> {
  const prepared = await prepareFleet(change, request, row);
  const { resolution } = prepared;
  const { standing, newest } = await getStand(change, row);
  const hub = await judgeHub(change, row);
  const placements = await planFleetPlacements(change, request, row);
  const repair = hub !== undefined || placements.work || listAstray(prepared).length > 0;
  const same = !resolution.changed && isSame(row.document, request) && hub !== 'gone';
  if (same && !repair && standing === 'as-desired') return { fleet: row, operation: null, children: [] };
  if (same && !repair && standing === 'under-way' && newest !== undefined) {
    return { fleet: row, operation: newest, children: await listChildren(change.tx, newest.id) };
  }
  const federation = hub === 'gone' ? await storeFleetFederation(change, resolution.fleet) : hub;
  const next = {
    document: request,
    spec: resolution.fleet,
    ...(hub === 'gone' ? { federationId: federation?.id } : {}),
  };
  const fleet = same ? row : await updateFleet(change.tx, row.id, next);
  const work = resolution.prune.length > 0 || resolution.members.some(needsWork);
  if (work || repair || standing !== 'as-desired') {
    const operation = await startFleetOperation(change, fleet, 'update');
    const parentId = operation.id;
    const children = await changeMembers(change, { ...prepared, fleet, parentId });
    // After the members: that is the order in which their rows are locked.
    if (federation !== undefined)
      children.push(await startFederationOperation(change, federation, { kind: 'update', parentId }));
    children.push(...(await changePlacements(change, placements, { fleet, parentId })));
    return { fleet, operation, children };
  }
  await settleResource(
    change.tx,
    { resourceKind: 'fleet', resourceId: row.id },
    { kind: 'update', generation: fleet.generation },
  );
  return { fleet, operation: null, children: [] };
}

/** The members of the document that are not what it says although their specs are. */
function listAstray({ resolution, standing }: PreparedFleet): ClusterRow[] {
  return standing.astray.filter(({ name }) => resolution.fleet.clusters.includes(name));
}

/**
 * The federation of a fleet, if it is not what was asked for: it is astray, or gone with a deletion of the fleet that did not come to its
 * end. Throws `conflict` while it is being deleted, for members are about to name it.
 */
async function judgeHub(change: Change, { federationId }: FleetRow): Promise<FederationRow | 'gone' | undefined> {
  if (federationId === null) return undefined;
  const row = await holdFederation(change.tx, federationId);
  if (row === undefined) return 'gone';
  const stand = await getStand(change, row);
  refuseLeaving('federation', row, stand);
  return stand.standing === 'astray' ? row : undefined;
}

function needsWork({ action }: FleetResolution['members'][number]): boolean {
  return action !== 'unchanged';
}
