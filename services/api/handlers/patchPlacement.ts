import { patchPlacement as patch } from '../../changes/patch-resource.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describePlacementChange } from '../describe-change.ts';

/** Changes parts of a placement's document: answered as a PUT of the whole would be. */
export const patchPlacement: Handler<'patchPlacement'> = ({ asChange, body, checkDocument, headers, path }) =>
  asChange(async (change) => {
    const check = (merged: unknown) => checkDocument('applyPlacement', merged);
    const outcome = await patch(change, {
      idOrName: path.placement,
      ifGeneration: readIfMatch(headers),
      patch: body,
      check,
    });
    return { ...(await describePlacementChange(change.tx, outcome)), status: outcome.operation === null ? 200 : 202 };
  });
