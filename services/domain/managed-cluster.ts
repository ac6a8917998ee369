// Tells clusters that a cloud runs from those on hosts.

import type { ManagedCluster, ResolvedCluster } from './cluster-spec.ts';
import { FleetyardError } from './errors.ts';
import { isManagedProvider } from './providers/registry.ts';

/** Whether a cloud runs the cluster. */
export function isManagedCluster(spec: ResolvedCluster): spec is ManagedCluster {
  return isManagedProvider(spec.provider);
}

/** The spec of a cluster that a cloud runs; throws `internal` for one on hosts, which no caller of this may meet. */
export function getManagedCluster(spec: ResolvedCluster): ManagedCluster {
  if (isManagedCluster(spec)) return spec;
  throw new FleetyardError('internal', `The cluster ${spec.name} stands on hosts.`);
}

/** Where a cluster stands, for people: its region, or the site of its hosts. */
export function describePlace(spec: ResolvedCluster): string {
  return isManagedCluster(spec) ? spec.region : spec.site;
}
