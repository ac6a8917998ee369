import { deleteFederation as remove } from '../../changes/delete-federation.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeFederationChange } from '../describe-change.ts';

/** Starts the deletion of a federation that has no members; its hub stays. */
export const deleteFederation: Handler<'deleteFederation'> = ({ asChange, headers, path, query }) =>
  asChange(async (change) => {
    const outcome = await remove(change, {
      idOrName: path.federation,
      ifGeneration: readIfMatch(headers),
      force: query.force,
    });
    return { ...(await describeFederationChange(change.tx, outcome)), status: 202 };
  });
