// Karmada: reads the health of a hub and of its members.

import { explainFailure, statusOf, type KubernetesClient } from '../access/kubernetes-client.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { FederationAdapter, MemberReport } from './adapter.ts';

const clusters = { group: 'cluster.karmada.io', version: 'v1alpha1', plural: 'clusters' };

type Condition = { type?: string; status?: string; reason?: string };
type KarmadaCluster = {
  metadata?: { name?: string };
  status?: { kubernetesVersion?: string; conditions?: Condition[] };
};

function reportMember(cluster: KarmadaCluster): MemberReport {
  const ready = cluster.status?.conditions?.find((condition) => condition.type === 'Ready');
  return {
    name: cluster.metadata?.name ?? '',
    ready: ready?.status === 'True',
    reason: ready?.reason ?? 'the hub has not looked at the member yet',
    kubernetesVersion: cluster.status?.kubernetesVersion ?? null,
  };
}

async function listMembers(hub: KubernetesClient): Promise<MemberReport[]> {
  try {
    const list = (await hub.objects.listClusterCustomObject(clusters)) as { items?: KarmadaCluster[] };
    return (list.items ?? []).map(reportMember);
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

/** The Karmada adapter. A hub counts as well only when its clusters can be listed: its APIService says Available even when they can't. */
export const karmada: FederationAdapter = {
  listMembers,
  async checkHub(hub) {
    const members = await listMembers(hub);
    try {
      const { gitVersion } = await hub.version.getCode();
      return { kubernetesVersion: gitVersion, members: members.length };
    } catch (error) {
      throw explainFailure(error, hub.server);
    }
  },
  async findMember(hub, name) {
    try {
      return reportMember((await hub.objects.getClusterCustomObject({ ...clusters, name })) as KarmadaCluster);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw explainFailure(error, hub.server);
    }
  },
};
