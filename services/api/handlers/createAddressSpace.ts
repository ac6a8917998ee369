import { createAddressSpace as create } from '../../changes/create-address-space.ts';
import type { Handler } from '../call.ts';
import { describeAddressSpace } from '../describe-access.ts';

/** Makes an address space. */
export const createAddressSpace: Handler<'createAddressSpace'> = ({ asChange, body }) =>
  asChange(async (change) => {
    const row = await create(change, body);
    return { status: 201, headers: { location: `/v1/address-spaces/${row.id}` }, body: describeAddressSpace(row) };
  });
