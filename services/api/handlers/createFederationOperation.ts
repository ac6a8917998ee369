import { actOnFederation } from '../../changes/act-on-resource.ts';
import type { Handler } from '../call.ts';
import { readIfMatch } from '../conditional.ts';
import { describeFederationChange } from '../describe-change.ts';

/** Starts an operation that no desired state asks for. */
export const createFederationOperation: Handler<'createFederationOperation'> = ({ asChange, body, headers, path }) =>
  asChange(async (change) => {
    const outcome = await actOnFederation(change, {
      idOrName: path.federation,
      ifGeneration: readIfMatch(headers),
      act: body,
    });
    return { ...(await describeFederationChange(change.tx, outcome)), status: 202 };
  });
