import { retryOperation as retry } from '../../changes/retry-operation.ts';
import type { Handler } from '../call.ts';
import { describeOperationChange } from '../describe-change.ts';

/** Queues a failed operation once more; it goes on from the step that failed. */
export const retryOperation: Handler<'retryOperation'> = ({ asChange, path }) =>
  asChange(async (change) => ({
    ...(await describeOperationChange(change.tx, await retry(change, path.operation))),
    status: 202,
  }));
