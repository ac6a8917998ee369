// Answers deleteFederation.

import { FleetyardError } from '../../domain/errors.ts';
import { listFederationClusters } from '../../store/clusters.ts';
import { type FederationRow, getFederation } from '../../store/federations.ts';
import { findFleet } from '../../store/fleets.ts';
import { lockResource } from '../../store/resources.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Handler } from '../call.ts';
import { runChange } from '../../changes/change.ts';
import { describeFederationChange } from '../describe-change.ts';
import { startFederationDeletion } from '../../changes/federation-operations.ts';
import { checkIfMatch } from '../conditional.ts';

/** Starts the deletion of a federation that has no members; its hub stays. */
export const deleteFederation: Handler<'deleteFederation'> = async (call) => {
  return runChange(call, async (change) => {
    const { tx } = change;
    const { id } = await getFederation(tx, call.path.federation);
    await lockResource(tx, { resourceKind: 'federation', resourceId: id });
    const row = await getFederation(tx, id);
    checkIfMatch(call.headers, row.generation);
    await refuseNeeded(tx, row);
    const operation = await startFederationDeletion(change, row, null);
    return {
      ...(await describeFederationChange(tx, { federation: await getFederation(tx, id), operation })),
      status: 202,
    };
  });
};

async function refuseNeeded(tx: Tx, { id, name }: FederationRow): Promise<void> {
  // A fleet's own federation has the fleet's name.
  const fleet = await findFleet(tx, name);
  if (fleet?.federationId === id) {
    throw new FleetyardError(
      'in-use',
      `The federation "${name}" belongs to the fleet "${fleet.name}" and goes with it.`,
    );
  }
  const members = await listFederationClusters(tx, id);
  if (members.length === 0) return;
  const names = members.slice(0, 5).map((member) => `"${member.name}"`);
  throw new FleetyardError('in-use', `The federation "${name}" has members: ${names.join(', ')}.`);
}
