import { getOperation as getStoredOperation } from '../../store/operations.ts';
import type { Handler } from '../call.ts';
import { showWaitingOperation } from '../read-resources.ts';

/** Reads an operation with its steps, and with where it stands while it waits. */
export const getOperation: Handler<'getOperation'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showWaitingOperation(tx, await getStoredOperation(tx, path.operation)));
  return { status: 200, body };
};
