import { deleteAddressSpace as remove } from '../../changes/delete-address-space.ts';
import type { Handler } from '../call.ts';

/** Deletes an address space that nothing uses. */
export const deleteAddressSpace: Handler<'deleteAddressSpace'> = ({ asChange, path, noteSubject }) =>
  asChange(async (change) => {
    noteSubject(await remove(change, path.addressSpace));
    return { status: 204 };
  });
