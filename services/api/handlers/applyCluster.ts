import { applyCluster as apply } from '../../changes/apply-cluster.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Applies a cluster's document: 202 with an operation, or 200 when none is needed. */
export const applyCluster: Handler<'applyCluster'> = ({ asChange, body, headers, path }) =>
  asChange(async (change) => {
    const target = { idOrName: path.cluster, ifGeneration: readIfMatch(headers), request: body };
    const outcome = await apply(change, target);
    return { ...(await describeClusterChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
