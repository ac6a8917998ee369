import { getAddressSpace as getStoredAddressSpace } from '../../store/address-spaces.ts';
import type { Handler } from '../call.ts';
import { describeAddressSpace } from '../describe-access.ts';

/** Reads an address space. */
export const getAddressSpace: Handler<'getAddressSpace'> = async ({ path, asProject }) => {
  const row = await asProject((tx) => getStoredAddressSpace(tx, path.addressSpace));
  return { status: 200, body: describeAddressSpace(row) };
};
