import { cancelOperation as cancel } from '../../changes/cancel-operation.ts';
import type { Handler } from '../call.ts';
import { describeOperationChange } from '../describe-change.ts';

/** Asks an operation to stop, and on wish to take back what it made. */
export const cancelOperation: Handler<'cancelOperation'> = ({ asChange, body, path }) =>
  asChange(async (change) => ({
    ...(await describeOperationChange(change.tx, await cancel(change, path.operation, { rollback: body?.rollback }))),
    status: 202,
  }));
