import { deleteCredential as remove } from '../../changes/delete-credential.ts';
import type { Handler } from '../call.ts';

/** Deletes a credential that nothing uses. */
export const deleteCredential: Handler<'deleteCredential'> = ({ asChange, path, noteSubject }) =>
  asChange(async (change) => {
    noteSubject(await remove(change, path.credential));
    return { status: 204 };
  });
