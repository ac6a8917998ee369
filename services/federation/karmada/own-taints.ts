// The taints that a cluster's document asks for: told from those of the hub and of others by an annotation that names them.

import type { KubernetesClient } from '../../access/kubernetes-client.ts';
import type { MemberTaint } from '../adapter.ts';
import { changeTaints, type TaintChange } from './change-taints.ts';
import type { StrangeCluster } from './clusters.ts';
import { readTaints } from './taints.ts';

/** `key:effect` of each, with commas between them; the stack writes the first ones (`stacks/membership/hub.ts`). */
const annotation = 'fleetyard.io/taints';

/** Makes them these; writes nothing when they are. */
export async function keepTaints(hub: KubernetesClient, name: string, wanted: readonly MemberTaint[]): Promise<void> {
  await changeTaints(hub, name, (cluster) => planTaints(cluster, wanted));
}

function planTaints(cluster: StrangeCluster, wanted: readonly MemberTaint[]): TaintChange | undefined {
  const names = wanted.map(nameTaint);
  const before = readOwn(cluster);
  const standing = readTaints(cluster);
  const isThere = ({ key, value, effect }: MemberTaint): boolean =>
    standing.some((taint) => taint.key === key && taint.effect === effect && (taint.value ?? '') === value);
  if (before.join() === names.join() && wanted.every(isThere)) return undefined;
  const others = standing.filter((taint) => ![...before, ...names].includes(nameTaint(taint)));
  const own = wanted.map(({ key, value, effect }) => ({ key, effect, ...(value === '' ? {} : { value }) }));
  return { taints: [...others, ...own], annotations: { [annotation]: names.join(',') } };
}

function readOwn(cluster: StrangeCluster): string[] {
  const annotations: unknown = cluster?.metadata?.annotations;
  if (typeof annotations !== 'object' || annotations === null) return [];
  const text = (annotations as Record<string, unknown>)[annotation];
  return typeof text === 'string' && text !== '' ? text.split(',') : [];
}

function nameTaint({ key, effect }: { key: string; effect: string }): string {
  return `${key}:${effect}`;
}
