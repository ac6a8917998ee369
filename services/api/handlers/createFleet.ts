import { createFleet as create } from '../../changes/create-fleet.ts';
import type { Handler } from '../call.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Makes a fleet: 202 with its operation and those that it waits for. */
export const createFleet: Handler<'createFleet'> = ({ asChange, body }) =>
  asChange(async (change) => ({
    ...(await describeFleetChange(change.tx, await create(change, body))),
    status: 202,
  }));
