// Answers createFleet.

import type { Handler } from '../call.ts';
import { createFleetFromRequest } from '../../changes/apply-fleet.ts';
import { runChange } from '../../changes/change.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Makes a fleet: 202 with its operation and those that it waits for. */
export const createFleet: Handler<'createFleet'> = async (call) => {
  return runChange(call, async (change) => {
    const outcome = await createFleetFromRequest(change, call.body);
    return { ...(await describeFleetChange(change.tx, outcome)), status: 202 };
  });
};
