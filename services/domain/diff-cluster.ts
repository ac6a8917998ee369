// Says what changes between a cluster's stored spec and the next one, and what of it may never change.

import type { ClusterDraft, NodePool, ResolvedCluster } from './cluster-spec.ts';
import { isSame } from './compare.ts';
import { type ErrorDetail, throwDetails } from './errors.ts';

/** Pointers into the next spec; a pool that goes away is named by `/nodePools`. */
export type ClusterDiff = {
  changed: string[];
  /** Those of the changed ones that are fixed for the cluster's or the pool's life. */
  immutable: string[];
};

const fixed = ['name', 'provider', 'region', 'zones', 'account'] as const;
const fixedRanges = ['nodeCidr', 'podCidr', 'serviceCidr', 'controlPlaneCidr'] as const;
const free = ['credential', 'kubernetesVersion', 'requestedVersion', 'labels', 'tags', 'protect'] as const;
// A change of these would replace every node of the pool; a second pool and the removal of the first is what does that.
const fixedOfPool = ['machineType', 'spot', 'zones', 'accelerator'] as const;
const freeOfPool = ['count', 'labels', 'taints', 'machine'] as const;

/** Compares two specs. */
export function diffCluster(previous: ResolvedCluster, next: ClusterDraft): ClusterDiff {
  const immutable: string[] = [];
  const changed: string[] = [];
  for (const field of fixed) {
    // Users know the account only as the credential that reaches it.
    if (!isSame(previous[field], next[field])) immutable.push(field === 'account' ? '/credential' : `/${field}`);
  }
  for (const field of fixedRanges) {
    if (!isSame(previous.network[field], next.network[field])) immutable.push(`/network/${field}`);
  }
  for (const field of free) if (!isSame(previous[field], next[field])) changed.push(`/${field}`);
  for (const field of ['private', 'public', 'allowedCidrs'] as const) {
    if (!isSame(previous.access[field], next.access[field])) changed.push(`/access/${field}`);
  }
  const pools = diffPools(previous.nodePools, next.nodePools);
  immutable.push(...pools.immutable);
  return { changed: [...new Set([...changed, ...immutable, ...pools.changed])].toSorted(), immutable };
}

/** Whether nothing changes. */
export function isUnchanged(previous: ResolvedCluster, next: ClusterDraft): boolean {
  return diffCluster(previous, next).changed.length === 0;
}

/** Explains the immutable part of a difference, one detail a field. */
export function describeImmutable(diff: ClusterDiff): ErrorDetail[] {
  return diff.immutable.map((pointer) => ({
    pointer,
    message: pointer.startsWith('/nodePools/')
      ? 'This is fixed for the life of a pool; add a pool with another name and remove this one.'
      : 'This is fixed for the life of a cluster.',
    code: 'immutable-field',
  }));
}

/** Throws `immutable-field` when the difference touches something fixed. */
export function assertMutable(diff: ClusterDiff): void {
  throwDetails('Some of the changed fields are fixed.', describeImmutable(diff));
}

function diffPools(previous: readonly NodePool[], next: readonly NodePool[]): ClusterDiff {
  const diff: ClusterDiff = { changed: [], immutable: [] };
  for (const [index, pool] of next.entries()) {
    const before = previous.find(({ name }) => name === pool.name);
    const pointer = `/nodePools/${index}`;
    if (before === undefined) {
      diff.changed.push(pointer);
      continue;
    }
    for (const field of fixedOfPool)
      if (!isSame(before[field], pool[field])) diff.immutable.push(`${pointer}/${field}`);
    for (const field of freeOfPool) if (!isSame(before[field], pool[field])) diff.changed.push(`${pointer}/${field}`);
  }
  if (previous.some(({ name }) => !next.some((pool) => pool.name === name))) diff.changed.push('/nodePools');
  return diff;
}
