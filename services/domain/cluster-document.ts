// Reads the document of a cluster off its spec, for clusters whose document was not kept: applied again, it changes nothing.

import type { Schemas } from '../contract/schemas.ts';
import type { ManagedCluster, NodePool, ResolvedCluster } from './cluster-spec.ts';
import { isManagedCluster } from './managed-cluster.ts';

type Request = Schemas['ClusterRequest'];

/**
 * The document. Ranges and zones are left out, for what stands keeps its own. Undefined for what stands on hosts, of which no provider is built.
 */
export function readDocument(spec: ResolvedCluster, federation: string | null): Request | undefined {
  if (!isManagedCluster(spec)) return undefined;
  const {
    name,
    provider,
    region,
    credential,
    requestedVersion,
    labels,
    memberTaints = [],
    tags,
    access,
    protect,
  } = spec;
  return {
    name,
    provider,
    region,
    credential,
    ...(requestedVersion === null ? {} : { kubernetesVersion: requestedVersion }),
    ...(isEmpty(labels) ? {} : { labels }),
    ...(memberTaints.length === 0 ? {} : { memberTaints }),
    ...(isEmpty(tags) ? {} : { tags }),
    access: describeAccess(access),
    nodePools: spec.nodePools.map((pool) => describePool(pool, spec)),
    ...(protect ? { protect } : {}),
    ...(federation === null ? {} : { federation }),
  };
}

function describeAccess({ allowedCidrs, ...ways }: ManagedCluster['access']): NonNullable<Request['access']> {
  return allowedCidrs.length === 0 ? ways : { ...ways, allowedCidrs };
}

function describePool(pool: NodePool, { zones }: ManagedCluster): Schemas['NodePool'] {
  const { name, machine, machineType, count, spot, labels, taints } = pool;
  return {
    name,
    ...(machine === undefined ? { machineType } : { machine }),
    count,
    ...(spot ? { spot } : {}),
    ...(pool.zones.join() === zones.join() ? {} : { zones: pool.zones }),
    ...(isEmpty(labels) ? {} : { labels }),
    ...(taints.length === 0 ? {} : { taints }),
  };
}

function isEmpty(record: Record<string, string>): boolean {
  return Object.keys(record).length === 0;
}
