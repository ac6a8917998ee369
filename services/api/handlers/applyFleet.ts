import { applyFleet as apply } from '../../changes/apply-fleet.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Applies a fleet's document: 202 with operations for exactly what differs, or 200 when none is needed. */
export const applyFleet: Handler<'applyFleet'> = ({ asChange, body, headers, path }) =>
  asChange(async (change) => {
    const target = { idOrName: path.fleet, ifGeneration: readIfMatch(headers), request: body };
    const outcome = await apply(change, target);
    return { ...(await describeFleetChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
