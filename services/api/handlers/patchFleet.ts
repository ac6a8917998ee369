import { patchFleet as patch } from '../../changes/patch-resource.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeFleetChange } from '../describe-change.ts';

/** Changes parts of a fleet's document: answered as a PUT of the whole would be. */
export const patchFleet: Handler<'patchFleet'> = ({ asChange, body, checkDocument, headers, path }) =>
  asChange(async (change) => {
    const check = (merged: unknown) => checkDocument('applyFleet', merged);
    const outcome = await patch(change, {
      idOrName: path.fleet,
      ifGeneration: readIfMatch(headers),
      patch: body,
      check,
    });
    return { ...(await describeFleetChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
