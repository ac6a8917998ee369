// The taints of a member, of which one is ours: it says that the member is leaving.

import type { StrangeCluster } from './clusters.ts';

/** A taint as it is written anew. */
export type Taint = { key: string; value?: string; effect: string; timeAdded?: string };

/**
 * Karmada's taint manager evicts what does not tolerate it, whether or not the hub has failover switched on, and the scheduler places
 * nothing new there.
 */
export const leavingTaint: Taint = { key: 'fleetyard.io/leaving', effect: 'NoExecute' };

const qualifiedName = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const effects: readonly unknown[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The taints of a Cluster; what is none is left out. */
export function readTaints(cluster: StrangeCluster): Taint[] {
  const taints: unknown = cluster?.spec?.taints;
  if (!Array.isArray(taints)) return [];
  return (taints as (Record<string, unknown> | null)[]).flatMap((taint) => {
    const { key, value, effect, timeAdded } = taint ?? {};
    if (typeof key !== 'string' || !qualifiedName.test(key) || !effects.includes(effect)) return [];
    const added = typeof timeAdded === 'string' ? new Date(timeAdded) : undefined;
    return [
      {
        key,
        effect: effect as string,
        ...(typeof value === 'string' && value.length <= 63 ? { value } : {}),
        ...(added === undefined || Number.isNaN(added.getTime()) ? {} : { timeAdded: writeTime(added) }),
      },
    ];
  });
}

/** Whether the member was told to give its workloads away. */
export function isDraining(cluster: StrangeCluster): boolean {
  return readTaints(cluster).some(({ key }) => key === leavingTaint.key);
}

/** Whether nothing may be placed on the member that does not tolerate it. */
export function isClosed(cluster: StrangeCluster): boolean {
  return readTaints(cluster).some(({ effect }) => effect !== 'PreferNoSchedule');
}

/** Kubernetes reads times without fractions. */
function writeTime(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
