// Reads from a deployment how many nodes each pool has, so that an update keeps what an autoscaler chose.

type DeployedResource = { urn: string; type: string; outputs?: Record<string, unknown> };

/** Where each provider's pools say how many nodes run. GKE keeps running counts apart from what is configured. */
const READERS: Record<string, (outputs: Record<string, unknown>) => unknown> = {
  'aws:eks/nodeGroup:NodeGroup': (outputs) =>
    (outputs['scalingConfig'] as { desiredSize?: unknown } | undefined)?.desiredSize,
  'azure-native:containerservice:AgentPool': (outputs) => outputs['count'],
  'azure-native:containerservice:ManagedCluster': (outputs) =>
    (outputs['agentPoolProfiles'] as { count?: unknown }[] | undefined)?.[0]?.count,
};

/**
 * Nodes by pool from the resources of a cluster's refreshed state (`NodePoolInputs.currentCount`). `systemPool` is the
 * name of AKS's inline pool, which has no resource of its own.
 */
export function findPoolSizes(resources: readonly DeployedResource[], systemPool: string | null): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { urn, type, outputs } of resources) {
    const count = READERS[type]?.(outputs ?? {});
    const pool = type.endsWith(':ManagedCluster') ? systemPool : urn.split('::').at(-1);
    if (typeof count === 'number' && pool !== null && pool !== undefined) sizes.set(pool, count);
  }
  return sizes;
}
