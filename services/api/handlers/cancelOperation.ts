import { cancelOperation as cancel } from '../../changes/cancel-operation.ts';
import type { Handler } from '../call.ts';
import { describeOperationChange } from '../describe-change.ts';

/** Asks an operation to stop. */
export const cancelOperation: Handler<'cancelOperation'> = ({ asChange, path }) =>
  asChange(async (change) => ({
    ...(await describeOperationChange(change.tx, await cancel(change, path.operation))),
    status: 202,
  }));
