// Releases a range that no cluster holds.

import { getAddressSpace } from '../store/address-spaces.ts';
import { releaseRange as releaseStored } from '../store/ranges.ts';
import type { Change } from './change.ts';

/** Releases it; throws `not-found`, and `in-use` for the range of a cluster. */
export async function releaseRange(
  { tx }: Change,
  { addressSpace, range }: { addressSpace: string; range: string },
): Promise<void> {
  const { id } = await getAddressSpace(tx, addressSpace);
  await releaseStored(tx, { addressSpaceId: id, id: range });
}
