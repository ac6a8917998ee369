// Makes a placement in a federation.

import type { Schemas } from '../contract/schemas.ts';
import type { Change } from './change.ts';
import {
  getPlacementFederation,
  type PlacementOutcome,
  refuseFaulty,
  splitRequest,
  startPlacement,
} from './place-workloads.ts';

/** Stores it and starts what tells the hub; throws every fault of it at once. */
export async function createPlacement(change: Change, request: Schemas['PlacementRequest']): Promise<PlacementOutcome> {
  const { federation: named, document } = splitRequest(request);
  const federation = await getPlacementFederation(change, named);
  await refuseFaulty(change, federation.id, [{ document, pointer: '', row: undefined }]);
  return startPlacement(change, { document, federation, fleetId: null, parentId: null });
}
