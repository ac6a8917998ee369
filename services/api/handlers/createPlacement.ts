import { createPlacement as create } from '../../changes/create-placement.ts';
import type { Handler } from '../call.ts';
import { describePlacementChange } from '../describe-change.ts';

/** Makes a placement: 202 with the operation that tells the hub. */
export const createPlacement: Handler<'createPlacement'> = ({ asChange, body }) =>
  asChange(async (change) => ({
    ...(await describePlacementChange(change.tx, await create(change, body))),
    status: 202,
  }));
