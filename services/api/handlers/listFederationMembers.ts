import { describePlace } from '../../domain/managed-cluster.ts';
import { listClusters } from '../../store/clusters.ts';
import { getFederation } from '../../store/federations.ts';
import { findStack } from '../../store/stacks.ts';
import type { Handler } from '../call.ts';
import { describePage, readPage } from '../pages.ts';

type Found = { ready?: boolean; reason?: string };

/** How the member was found by whoever looked last. */
function readHealth(found: unknown): Found {
  return typeof found === 'object' && found !== null ? found : {};
}

/** Lists the clusters of a federation and whether each has joined. */
export const listFederationMembers: Handler<'listFederationMembers'> = async ({ path, query, asProject }) => {
  const page = await asProject(async (tx) => {
    const { id } = await getFederation(tx, path.federation);
    const rows = await listClusters(tx, { ...readPage(query), federationId: id });
    const items = [];
    for (const { id: cluster, name, provider, phase, spec, status } of rows.items) {
      const stack = await findStack(tx, { clusterId: cluster, layer: 'membership' });
      const joined = stack !== undefined && stack.deployedAt !== null && stack.destroyedAt === null;
      const memberName = joined ? String(stack.outputs['memberName'] ?? name) : null;
      const { ready = null, reason = null } = readHealth(joined ? status['member'] : undefined);
      items.push({ cluster, name, provider, region: describePlace(spec), phase, memberName, joined, ready, reason });
    }
    return { ...rows, items };
  });
  return describePage(`/v1/federations/${path.federation}/members`, query, page, (member) => member);
};
