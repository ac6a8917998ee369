import { getFederation as getStoredFederation } from '../../store/federations.ts';
import type { Handler } from '../call.ts';
import { formatEtag } from '../conditional.ts';
import { showFederation } from '../read-resources.ts';

/** Reads a federation. */
export const getFederation: Handler<'getFederation'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showFederation(tx, await getStoredFederation(tx, path.federation)));
  return { status: 200, headers: { etag: formatEtag(body.generation) }, body };
};
