// Answers deleteFleet.

import { getFleet } from '../../store/fleets.ts';
import { lockResource } from '../../store/resources.ts';
import type { Handler } from '../call.ts';
import { runChange } from '../../changes/change.ts';
import { startFleetDeletion } from '../../changes/delete-fleet.ts';
import { describeFleetChange } from '../describe-change.ts';
import { checkIfMatch } from '../conditional.ts';

/** Starts the deletion of a fleet with its clusters and its federation. */
export const deleteFleet: Handler<'deleteFleet'> = async (call) => {
  return runChange(call, async (change) => {
    const { tx } = change;
    const { id } = await getFleet(tx, call.path.fleet);
    await lockResource(tx, { resourceKind: 'fleet', resourceId: id });
    const row = await getFleet(tx, id);
    checkIfMatch(call.headers, row.generation);
    const started = await startFleetDeletion(change, row);
    return { ...(await describeFleetChange(tx, { fleet: await getFleet(tx, id), ...started })), status: 202 };
  });
};
