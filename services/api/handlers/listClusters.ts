import { listClusters as listStoredClusters } from '../../store/clusters.ts';
import { findFleet } from '../../store/fleets.ts';
import type { Handler } from '../call.ts';
import { describePage, readLabels, readList } from '../pages.ts';
import { showClusters } from '../read-resources.ts';

/** Lists clusters. */
export const listClusters: Handler<'listClusters'> = async ({ query, asProject }) => {
  const { fleet, provider, phase, label } = query;
  const list = readList(query);
  const labels = readLabels(label);
  const page = await asProject(async (tx) => {
    const fleetId = fleet === undefined ? undefined : ((await findFleet(tx, fleet))?.id ?? '');
    const rows = await listStoredClusters(tx, {
      ...list,
      labels,
      ...(fleetId === undefined ? {} : { fleetId }),
      ...(provider === undefined ? {} : { provider }),
      ...(phase === undefined ? {} : { phase }),
    });
    return { ...rows, items: await showClusters(tx, rows.items) };
  });
  return describePage('/v1/clusters', query, page, (cluster) => cluster);
};
