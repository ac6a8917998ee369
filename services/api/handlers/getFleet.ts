import { getFleet as getStoredFleet } from '../../store/fleets.ts';
import type { Handler } from '../call.ts';
import { formatEtag } from '../conditional.ts';
import { showFleet } from '../read-resources.ts';

/** Reads a fleet with its members. */
export const getFleet: Handler<'getFleet'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showFleet(tx, await getStoredFleet(tx, path.fleet)));
  return { status: 200, headers: { etag: formatEtag(body.generation) }, body };
};
