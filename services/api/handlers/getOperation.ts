import { getOperation as getStoredOperation } from '../../store/operations.ts';
import type { Handler } from '../call.ts';
import { showOperation } from '../read-resources.ts';

/** Reads an operation with its steps. */
export const getOperation: Handler<'getOperation'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showOperation(tx, await getStoredOperation(tx, path.operation)));
  return { status: 200, body };
};
