import { actOnCluster } from '../../changes/act-on-resource.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Starts an operation that no desired state asks for. */
export const createClusterOperation: Handler<'createClusterOperation'> = ({ asChange, body, headers, path }) =>
  asChange(async (change) => {
    const outcome = await actOnCluster(change, {
      idOrName: path.cluster,
      ifGeneration: readIfMatch(headers),
      act: body,
    });
    return { ...(await describeClusterChange(change.tx, outcome)), status: 202 };
  });
