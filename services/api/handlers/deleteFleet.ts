import { deleteFleet as remove } from '../../changes/delete-fleet.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Starts the deletion of a fleet with its clusters and its federation. */
export const deleteFleet: Handler<'deleteFleet'> = ({ asChange, headers, path, query }) =>
  asChange(async (change) => {
    const outcome = await remove(change, {
      idOrName: path.fleet,
      ifGeneration: readIfMatch(headers),
      force: query.force,
    });
    return { ...(await describeFleetChange(change.tx, outcome)), status: 202 };
  });
