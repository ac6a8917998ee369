import { createCluster as create } from '../../changes/create-cluster.ts';
import type { Handler } from '../call.ts';
import { describeClusterChange } from '../describe-change.ts';

/** Makes a cluster: 202 with the operation that does it. */
export const createCluster: Handler<'createCluster'> = ({ asChange, body }) =>
  asChange(async (change) => ({
    ...(await describeClusterChange(change.tx, await create(change, body))),
    status: 202,
  }));
