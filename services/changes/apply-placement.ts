// Applies the document of one placement: makes it, changes it, or finds nothing to do.

import type { Schemas } from '../contract/schemas.ts';
import { isSame } from '../domain/compare.ts';
import { FleetyardError } from '../domain/errors.ts';
import { listApplications } from '../domain/ways-out.ts';
import { getFleet } from '../store/fleets.ts';
import type { PlacementRow } from '../store/placements.ts';
import type { Change } from './change.ts';
import { createPlacement } from './create-placement.ts';
import { lockApplied, type Named } from './lock-resource.ts';
import {
  bringAboutPlacement,
  getPlacementFederation,
  type PlacementOutcome,
  refuseFaulty,
  splitRequest,
} from './place-workloads.ts';
import { getStand, refuseLeaving } from './start-operation.ts';

type Request = Schemas['PlacementRequest'];

/** Applies a document to the placement that is named, which may not exist yet. */
export async function applyPlacement(change: Change, target: Named & { request: Request }): Promise<PlacementOutcome> {
  const row = await lockApplied(change, 'placement', target);
  if (row === undefined) return createPlacement(change, target.request);
  await refuseFleets(change, row);
  refuseLeaving('placement', row, await getStand(change, row));
  const { federation: named, document } = splitRequest(target.request);
  const federation = await getPlacementFederation(change, named);
  if (federation.id !== row.federationId) {
    const message = 'This is fixed for the life of a placement.';
    const details = [{ pointer: '/federation', message, code: 'immutable-field' }];
    throw new FleetyardError('immutable-field', message, { details });
  }
  const same = isSame(row.document, document);
  if (!same) await refuseFaulty(change, federation.id, [{ document, pointer: '', row }]);
  return bringAboutPlacement(change, { row, federation, document: same ? null : document }, null);
}

/** Throws `conflict` for a placement that the document of its fleet names. */
export async function refuseFleets(change: Pick<Change, 'tx'>, { id, name, fleetId }: PlacementRow): Promise<void> {
  if (fleetId === null) return;
  const { document } = await getFleet(change.tx, fleetId);
  const named = (document as Schemas['FleetRequest']).placements ?? [];
  if (!named.some((placement) => placement.name === name)) return;
  throw new FleetyardError('conflict', `The placement "${name}" belongs to the fleet ${fleetId}: apply its document.`, {
    wayOut: listApplications({ kind: 'placement', id, fleetId }),
  });
}
