// Answers createCluster.

import type { Handler } from '../call.ts';
import { createFromRequest } from '../../changes/apply-cluster.ts';
import { runChange } from '../../changes/change.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Makes a cluster: 202 with the operation that does it. */
export const createCluster: Handler<'createCluster'> = async (call) => {
  return runChange(call, async (change) => {
    const outcome = await createFromRequest(change, call.body);
    return { ...(await describeClusterChange(change.tx, outcome)), status: 202 };
  });
};
