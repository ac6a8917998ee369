// Deletes an address space that nothing uses.

import { type AddressSpaceRow, deleteAddressSpace as deleteStored } from '../store/address-spaces.ts';
import type { Change } from './change.ts';

/** Deletes it; throws `in-use` while it holds a range or a live fleet cuts from it. */
export function deleteAddressSpace({ tx }: Change, idOrName: string): Promise<AddressSpaceRow> {
  return deleteStored(tx, idOrName);
}
