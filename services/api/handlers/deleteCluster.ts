import { deleteCluster as remove } from '../../changes/delete-cluster.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Starts the deletion of a cluster that nothing protects or needs. */
export const deleteCluster: Handler<'deleteCluster'> = ({ asChange, headers, path, query }) =>
  asChange(async (change) => {
    const outcome = await remove(change, {
      idOrName: path.cluster,
      ifGeneration: readIfMatch(headers),
      force: query.force,
    });
    return { ...(await describeClusterChange(change.tx, outcome)), status: 202 };
  });
