// What a hub says of its members, in words of our own.

import { readVersion, type KubernetesClient } from '../../access/kubernetes-client.ts';
import type { MemberReport } from '../adapter.ts';
import { findCluster, listClusters, type StrangeCluster } from './clusters.ts';
import { memberNamePattern } from './member-name.ts';
import { isDraining } from './taints.ts';

type Condition = { type?: unknown; status?: unknown; reason?: unknown };

/** What Karmada calls the reasons of a member's condition, with what each means. */
const reasons = new Map<unknown, string>([
  ['ClusterReady', 'the hub calls it ready'],
  ['ClusterNotReady', 'the hub says that its API server is not well'],
  ['ClusterNotReachable', 'the hub does not reach its API server'],
  ['StatusCollectionFailed', 'the hub could not read its state'],
  ['ClusterStatusUnknown', 'the hub has heard nothing of it for a while'],
]);

/** All members of the hub. */
export async function listMembers(hub: KubernetesClient): Promise<MemberReport[]> {
  return (await listClusters(hub)).map(reportMember);
}

/** The member as the hub sees it; undefined when it is not there. */
export async function findMember(hub: KubernetesClient, name: string): Promise<MemberReport | undefined> {
  const cluster = await findCluster(hub, name);
  return cluster === undefined ? undefined : reportMember(cluster);
}

/** Reads what is known of a member out of its Cluster. */
export function reportMember(cluster: StrangeCluster): MemberReport {
  const conditions: unknown = cluster?.status?.conditions;
  const ready = Array.isArray(conditions)
    ? (conditions as (Condition | null)[]).find((condition) => condition?.type === 'Ready')
    : undefined;
  const name = cluster?.metadata?.name;
  return {
    name: typeof name === 'string' && memberNamePattern.test(name) ? name : '',
    ready: ready?.status === 'True',
    reason: explainReason(ready),
    kubernetesVersion: readVersion(cluster?.status?.kubernetesVersion),
    draining: isDraining(cluster),
  };
}

function explainReason(ready: Condition | null | undefined): string {
  if (ready === undefined || ready === null) return 'the hub has not looked at the member yet';
  return reasons.get(ready.reason) ?? "the hub gives a reason that is none of Karmada's";
}
