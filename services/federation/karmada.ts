// Karmada: reads the health of a hub and of its members.

import { explainFailure, readVersion, statusOf, type KubernetesClient } from '../access/kubernetes-client.ts';
import { FleetyardError } from '../domain/errors.ts';
import { OutgoingError } from '../outgoing/outgoing-error.ts';
import type { FederationAdapter, MemberReport } from './adapter.ts';

const clusters = { group: 'cluster.karmada.io', version: 'v1alpha1', plural: 'clusters' };

type Condition = { type?: unknown; status?: unknown; reason?: unknown };
/** What a hub answers is taken for nothing before it was looked at. */
type KarmadaCluster = {
  metadata?: { name?: unknown } | null;
  status?: { kubernetesVersion?: unknown; conditions?: unknown } | null;
} | null;

/** What Karmada calls the reasons of a member's condition, with what each means. */
const reasons = new Map<unknown, string>([
  ['ClusterReady', 'the hub calls it ready'],
  ['ClusterNotReady', 'the hub says that its API server is not well'],
  ['ClusterNotReachable', 'the hub does not reach its API server'],
  ['StatusCollectionFailed', 'the hub could not read its state'],
  ['ClusterStatusUnknown', 'the hub has heard nothing of it for a while'],
]);

/** Names that a member may have; another one is not shown. */
const memberName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function reportMember(cluster: KarmadaCluster): MemberReport {
  const conditions: unknown = cluster?.status?.conditions;
  const ready = Array.isArray(conditions)
    ? (conditions as (Condition | null)[]).find((condition) => condition?.type === 'Ready')
    : undefined;
  const name = cluster?.metadata?.name;
  return {
    name: typeof name === 'string' && memberName.test(name) ? name : '',
    ready: ready?.status === 'True',
    reason: explainReason(ready),
    kubernetesVersion: readVersion(cluster?.status?.kubernetesVersion),
  };
}

function explainReason(ready: Condition | null | undefined): string {
  if (ready === undefined || ready === null) return 'the hub has not looked at the member yet';
  return reasons.get(ready.reason) ?? "the hub gives a reason that is none of Karmada's";
}

async function listMembers(hub: KubernetesClient): Promise<MemberReport[]> {
  try {
    const list = (await hub.objects.listClusterCustomObject(clusters)) as { items?: unknown } | null;
    const items: unknown = list?.items;
    if (!Array.isArray(items)) throw new OutgoingError('answer-unreadable');
    return (items as KarmadaCluster[]).map(reportMember);
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
      return { kubernetesVersion: readVersion(gitVersion), members: members.length };
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
