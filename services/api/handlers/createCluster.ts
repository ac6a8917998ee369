import type { Handler } from '../call.ts';
import { describeCreation } from '../describe-change.ts';

/** Makes a cluster: 202 with the operation that does it. */
export const createCluster: Handler<'createCluster'> = ({ acceptCluster, body }) =>
  acceptCluster(body, (created) => ({ ...describeCreation(created), status: 202 }));
