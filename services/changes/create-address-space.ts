// Makes an address space.

import type { Schemas } from '../contract/schemas.ts';
import { checkPools } from '../domain/given-ranges.ts';
import type { AddressPools } from '../domain/range-roles.ts';
import { invalidSpec } from '../domain/resolve-cluster.ts';
import { type AddressSpaceRow, createAddressSpace as storeAddressSpace } from '../store/address-spaces.ts';
import type { Change } from './change.ts';

/** Stores the space; throws `range-invalid` unless its pools are private and apart. */
export async function createAddressSpace(
  { tx, catalogue }: Change,
  { name, pools }: Schemas['AddressSpaceRequest'],
): Promise<AddressSpaceRow> {
  const details = checkPools(pools, catalogue, '/pools');
  if (details.length > 0) throw invalidSpec('The pools cannot be used.', details);
  // The contract asks for all three.
  return storeAddressSpace(tx, { name, pools: pools as AddressPools });
}
