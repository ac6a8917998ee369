import { createFederation as create } from '../../changes/create-federation.ts';
import type { Handler } from '../call.ts';
import { describeFederationChange } from '../describe-change.ts';

/** Makes a federation over a hub that exists: 202 with the operation that checks the hub. */
export const createFederation: Handler<'createFederation'> = ({ asChange, body }) =>
  asChange(async (change) => ({
    ...(await describeFederationChange(change.tx, await create(change, body))),
    status: 202,
  }));
