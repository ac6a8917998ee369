// Answers applyCluster.

import type { Handler } from '../call.ts';
import { applyRequest } from '../../changes/apply-cluster.ts';
import { runChange } from '../../changes/change.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Applies a cluster's document: 202 with an operation, or 200 when none is needed. */
export const applyCluster: Handler<'applyCluster'> = async (call) => {
  return runChange(call, async (change) => {
    const { body, headers, path } = call;
    const outcome = await applyRequest(change, { idOrName: path.cluster, request: body, headers });
    return { ...(await describeClusterChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
};
