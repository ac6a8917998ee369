// Answers createAddressSpace.

import { createAddressSpace as storeAddressSpace } from '../../store/address-spaces.ts';
import { checkPools } from '../address-pools.ts';
import type { Handler } from '../call.ts';
import { describeAddressSpace } from '../describe-access.ts';

/** Makes an address space. */
export const createAddressSpace: Handler<'createAddressSpace'> = async ({ body, asProject }) => {
  const pools = checkPools(body.pools);
  const row = await asProject((tx) => storeAddressSpace(tx, { name: body.name, pools }));
  return { status: 201, headers: { location: `/v1/address-spaces/${row.id}` }, body: describeAddressSpace(row) };
};
