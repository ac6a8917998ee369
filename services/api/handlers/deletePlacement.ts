import { deletePlacement as remove } from '../../changes/delete-placement.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describePlacementChange } from '../describe-change.ts';

/** Starts the deletion of a placement; what it brought to clusters stays there. */
export const deletePlacement: Handler<'deletePlacement'> = ({ asChange, headers, path, query }) =>
  asChange(async (change) => {
    const outcome = await remove(change, {
      idOrName: path.placement,
      ifGeneration: readIfMatch(headers),
      force: query.force,
    });
    return { ...(await describePlacementChange(change.tx, outcome)), status: 202 };
  });
