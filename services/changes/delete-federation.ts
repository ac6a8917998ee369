// Deletes a federation that has no members; its hub stays.

import { FleetyardError } from '../domain/errors.ts';
import { listDependents } from '../domain/ways-out.ts';
import { listFederationClusters } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import { findFleet } from '../store/fleets.ts';
import { listFederationPlacements } from '../store/placements.ts';
import type { Tx } from '../store/transaction.ts';
import type { Change } from './change.ts';
import { type FederationOutcome, startFederationDeletion } from './federation-operations.ts';
import { allowForce, type Removed } from './judge-removal.ts';
import { lockExisting } from './lock-resource.ts';

/** Starts the deletion, or finds the one that is under way. */
export async function deleteFederation(change: Change, named: Removed): Promise<FederationOutcome> {
  const force = allowForce(change, 'federation', named);
  const federation = await lockExisting(change, 'federation', named);
  await refuseNeeded(change.tx, federation);
  return { federation, operation: await startFederationDeletion(change, federation, null, { force }) };
}

/** Throws `in-use` while anything is tied to it. */
export async function refuseNeeded(tx: Tx, { id, name }: FederationRow): Promise<void> {
  // A fleet's own federation has the fleet's name.
  const fleet = await findFleet(tx, name);
  if (fleet?.federationId === id) {
    throw new FleetyardError(
      'in-use',
      `The federation "${name}" belongs to the fleet "${fleet.name}" and goes with it.`,
      { wayOut: [{ method: 'DELETE', path: `/v1/fleets/${fleet.id}`, does: 'deletes the fleet with its federation' }] },
    );
  }
  const members = await listFederationClusters(tx, id);
  if (members.length === 0) return refusePlaced(tx, { id, name });
  const names = members.slice(0, 5).map((member) => `"${member.name}"`);
  const wayOut = listDependents(members.slice(0, 5).map((member) => ({ ...member, kind: 'cluster' })));
  throw new FleetyardError('in-use', `The federation "${name}" has members: ${names.join(', ')}.`, { wayOut });
}

async function refusePlaced(tx: Tx, { id, name }: Pick<FederationRow, 'id' | 'name'>): Promise<void> {
  const placements = (await listFederationPlacements(tx, id)).slice(0, 5);
  if (placements.length === 0) return;
  const names = placements.map((placement) => `"${placement.name}"`).join(', ');
  const wayOut = listDependents(placements.map((placement) => ({ ...placement, kind: 'placement' })));
  throw new FleetyardError('in-use', `The federation "${name}" has placements: ${names}.`, { wayOut });
}
