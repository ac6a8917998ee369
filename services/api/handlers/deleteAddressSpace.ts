// Answers deleteAddressSpace.

import { deleteAddressSpace as deleteStoredAddressSpace } from '../../store/address-spaces.ts';
import type { Handler } from '../call.ts';

/** Deletes an address space that nothing uses. */
export const deleteAddressSpace: Handler<'deleteAddressSpace'> = async ({ path, asProject }) => {
  await asProject((tx) => deleteStoredAddressSpace(tx, path.addressSpace));
  return { status: 204 };
};
