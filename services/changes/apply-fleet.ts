// Applies the document of a fleet: an operation for each member that differs, and one that waits for them.

import type { Schemas } from '../contract/schemas.ts';
import { isSame } from '../domain/compare.ts';
import type { FleetResolution } from '../domain/resolve-fleet.ts';
import { type FleetRow, updateFleet } from '../store/fleets.ts';
import { settleResource } from '../store/resources.ts';
import type { Change } from './change.ts';
import { createFleet, type FleetOutcome } from './create-fleet.ts';
import { changeMembers } from './fleet-members.ts';
import { refuseRemoved } from './judge-removal.ts';
import { lockApplied, type Named } from './lock-resource.ts';
import { prepareFleet } from './prepare-fleet.ts';
import { findRemoval, startFleetOperation } from './start-operation.ts';

type Request = Schemas['FleetRequest'];

/** Applies a document to the fleet that is named, which may not exist yet. */
export async function applyFleet(change: Change, target: Named & { request: Request }): Promise<FleetOutcome> {
  const row = await lockApplied(change, 'fleet', target);
  if (row === undefined) return createFleet(change, target.request);
  const removal = await findRemoval(change, row.id);
  if (removal !== undefined) throw refuseRemoved('fleet', row, removal);
  return updateFromRequest(change, row, target.request);
}

async function updateFromRequest(change: Change, row: FleetRow, request: Request): Promise<FleetOutcome> {
  const { space, credentials, resolution, standing } = await prepareFleet(change, request, row);
  const repair = standing.broken.filter((member) => resolution.fleet.clusters.includes(member.name));
  if (!resolution.changed && repair.length === 0 && isSame(row.document, request)) {
    return { fleet: row, operation: null, children: [] };
  }
  const fleet = await updateFleet(change.tx, row.id, { document: request, spec: resolution.fleet });
  const work = resolution.prune.length > 0 || repair.length > 0 || resolution.members.some(needsWork);
  if (work) {
    const operation = await startFleetOperation(change, fleet, 'update');
    const children = await changeMembers(change, {
      fleet,
      resolution,
      space,
      credentials,
      standing,
      parentId: operation.id,
    });
    return { fleet, operation, children };
  }
  await settleResource(
    change.tx,
    { resourceKind: 'fleet', resourceId: row.id },
    { kind: 'update', generation: fleet.generation },
  );
  return { fleet, operation: null, children: [] };
}

function needsWork({ action }: FleetResolution['members'][number]): boolean {
  return action !== 'unchanged';
}
