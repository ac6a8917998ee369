import { listAddressSpaces as listStoredAddressSpaces } from '../../store/address-spaces.ts';
import type { Handler } from '../call.ts';
import { describeAddressSpace } from '../describe-access.ts';
import { describePage, readPage } from '../pages.ts';

/** Lists address spaces. */
export const listAddressSpaces: Handler<'listAddressSpaces'> = async ({ query, asProject }) => {
  const rows = await asProject((tx) => listStoredAddressSpaces(tx, readPage(query)));
  return describePage('/v1/address-spaces', query, rows, describeAddressSpace);
};
