// Writes the taints of a member, unless somebody else wrote them meanwhile.

import { setHeaderOptions } from '@kubernetes/client-node';
import { explainFailure, statusOf, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { FleetyardError } from '../../domain/errors.ts';
import { clusters, findCluster, type StrangeCluster } from './clusters.ts';
import type { Taint } from './taints.ts';

/** Another writer may come between the look at a Cluster and the write. */
const attempts = 5;

/** All taints that are to be there, and annotations beside those that are. */
export type TaintChange = { taints: Taint[]; annotations?: Record<string, string> };

/** Writes what a change makes of a member; nothing where it says so, and undefined when the hub has no such member. */
export async function changeTaints(
  hub: KubernetesClient,
  name: string,
  change: (cluster: StrangeCluster) => TaintChange | undefined,
): Promise<StrangeCluster | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const cluster = await findCluster(hub, name);
    if (cluster === undefined) return undefined;
    const wanted = change(cluster);
    if (wanted === undefined) return cluster;
    const written = await writeTaints(hub, name, { cluster, wanted });
    if (written !== 'overtaken') return written;
  }
  throw new FleetyardError('unavailable', `the hub ${hub.server} changes member ${name} too often to be written to`);
}

async function writeTaints(
  hub: KubernetesClient,
  name: string,
  { cluster, wanted: { taints, annotations } }: { cluster: StrangeCluster; wanted: TaintChange },
): Promise<StrangeCluster | undefined | 'overtaken'> {
  const seen = cluster?.metadata?.resourceVersion;
  const metadata = {
    ...(typeof seen === 'string' ? { resourceVersion: seen } : {}),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const body = { metadata, spec: { taints } };
  const asMerge = setHeaderOptions('Content-Type', 'application/merge-patch+json');
  try {
    return (await hub.objects.patchClusterCustomObject({ ...clusters, name, body }, asMerge)) as StrangeCluster;
  } catch (error) {
    if (statusOf(error) === 409) return 'overtaken';
    if (statusOf(error) === 404) return undefined;
    throw explainFailure(error, hub.server);
  }
}
