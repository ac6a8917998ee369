import { getCluster as getStoredCluster } from '../../store/clusters.ts';
import type { Handler } from '../call.ts';
import { formatEtag } from '../conditional.ts';
import { showCluster } from '../read-resources.ts';

/** Reads a cluster. */
export const getCluster: Handler<'getCluster'> = async ({ path, asProject }) => {
  const body = await asProject(async (tx) => showCluster(tx, await getStoredCluster(tx, path.cluster)));
  return { status: 200, headers: { etag: formatEtag(body.generation) }, body };
};
