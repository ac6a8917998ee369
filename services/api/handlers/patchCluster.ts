import { patchCluster as patch } from '../../changes/patch-resource.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Changes parts of a cluster's document: answered as a PUT of the whole would be. */
export const patchCluster: Handler<'patchCluster'> = ({ asChange, body, checkDocument, headers, path }) =>
  asChange(async (change) => {
    const check = (merged: unknown) => checkDocument('applyCluster', merged);
    const outcome = await patch(change, {
      idOrName: path.cluster,
      ifGeneration: readIfMatch(headers),
      patch: body,
      check,
    });
    return { ...(await describeClusterChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
