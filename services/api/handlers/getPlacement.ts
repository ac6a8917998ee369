import { getPlacement as getStoredPlacement } from '../../store/placements.ts';
import type { Handler } from '../call.ts';
import { formatEtag } from '../conditional.ts';
import { showPlacement } from '../read-resources.ts';

/** Reads a placement. */
export const getPlacement: Handler<'getPlacement'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showPlacement(tx, await getStoredPlacement(tx, path.placement)));
  return { status: 200, headers: { etag: formatEtag(body.generation) }, body };
};
