// Karmada's Cluster objects as they come from a hub: nothing of them is taken for granted before it was looked at.

import { explainFailure, statusOf, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { OutgoingError } from '../../outgoing/outgoing-error.ts';

/** Where a hub serves them. */
export const clusters = { group: 'cluster.karmada.io', version: 'v1alpha1', plural: 'clusters' };

/** A Cluster that nobody has looked at yet. */
export type StrangeCluster = {
  metadata?: { name?: unknown; resourceVersion?: unknown; annotations?: unknown } | null;
  spec?: { id?: unknown; taints?: unknown } | null;
  status?: { kubernetesVersion?: unknown; conditions?: unknown } | null;
} | null;

/** Of clusters in one answer, and of answers: a hub is good for some hundred members. */
const pageSize = 500;
const mostPages = 40;

/** Every Cluster of the hub. Throws `validation` for a server that serves none, else as `explainFailure`. */
export async function listClusters(hub: KubernetesClient): Promise<StrangeCluster[]> {
  try {
    const found: StrangeCluster[] = [];
    let after: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { items, next } = await readPage(hub, after);
      found.push(...items);
      if (next === undefined) return found;
      after = next;
    }
    throw new OutgoingError('answer-too-large');
  } catch (error) {
    if (statusOf(error) === 404) {
      throw new FleetyardError(
        'validation',
        `${hub.server} does not serve Karmada's clusters: it is no Karmada control plane`,
      );
    }
    throw explainFailure(error, hub.server);
  }
}

/** One Cluster; undefined when the hub has none of that name. */
export async function findCluster(hub: KubernetesClient, name: string): Promise<StrangeCluster | undefined> {
  try {
    return (await hub.objects.getClusterCustomObject({ ...clusters, name })) as StrangeCluster;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw explainFailure(error, hub.server);
  }
}

async function readPage(hub: KubernetesClient, after: string | undefined) {
  const list = (await hub.objects.listClusterCustomObject({
    ...clusters,
    limit: pageSize,
    ...(after === undefined ? {} : { _continue: after }),
  })) as { items?: unknown; metadata?: { continue?: unknown } | null } | null;
  const items: unknown = list?.items;
  if (!Array.isArray(items)) throw new OutgoingError('answer-unreadable');
  const next: unknown = list?.metadata?.continue;
  return {
    items: items as StrangeCluster[],
    next: typeof next === 'string' && next !== '' && next.length <= 4096 ? next : undefined,
  };
}
