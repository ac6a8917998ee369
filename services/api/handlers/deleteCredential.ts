// Answers deleteCredential.

import { deleteCredential as deleteStoredCredential } from '../../store/credentials.ts';
import type { Handler } from '../call.ts';

/** Deletes a credential that nothing uses. */
export const deleteCredential: Handler<'deleteCredential'> = async ({ path, asProject }) => {
  await asProject((tx) => deleteStoredCredential(tx, path.credential));
  return { status: 204 };
};
