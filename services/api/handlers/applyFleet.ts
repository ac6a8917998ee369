// Answers applyFleet.

import type { Handler } from '../call.ts';
import { applyFleetRequest } from '../../changes/apply-fleet.ts';
import { runChange } from '../../changes/change.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Applies a fleet's document: 202 with operations for exactly what differs, or 200 when none is needed. */
export const applyFleet: Handler<'applyFleet'> = async (call) => {
  return runChange(call, async (change) => {
    const { body, headers, path } = call;
    const outcome = await applyFleetRequest(change, { idOrName: path.fleet, request: body, headers });
    return { ...(await describeFleetChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
};
