import { applyPlacement as apply } from '../../changes/apply-placement.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describePlacementChange } from '../describe-change.ts';

/** Applies a placement's document: 202 with an operation, or 200 when none is needed. */
export const applyPlacement: Handler<'applyPlacement'> = ({ asChange, body, headers, path }) =>
  asChange(async (change) => {
    const target = { idOrName: path.placement, ifGeneration: readIfMatch(headers), request: body };
    const outcome = await apply(change, target);
    return { ...(await describePlacementChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
