import { deleteCredential as remove } from '../../changes/delete-credential.ts';
import type { Handler } from '../call.ts';

/** Deletes a credential that nothing uses. */
export const deleteCredential: Handler<'deleteCredential'> = ({ asChange, path }) =>
  asChange(async (change) => {
    await remove(change, path.credential);
    return { status: 204 };
  });
