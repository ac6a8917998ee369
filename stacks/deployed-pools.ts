// What a cluster's state says about its node pools, put into the inputs of the next run: a program sees no state itself.

import type { ClusterInputs } from './contract.ts';
import { POOL_LABEL } from './tags.ts';

/** A resource of an exported deployment, as far as it is read here. */
export type DeployedResource = {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
};

type InlinePool = { name?: string; mode?: string; count?: number; nodeLabels?: Record<string, string> };

/**
 * The inputs with what only the state knows: how many nodes each pool has, so that an update keeps what an autoscaler
 * chose (refresh before, or it keeps an old choice), and which pool AKS carries inside its cluster. Without a cluster in
 * the state the inputs stay as they are.
 */
export function completeClusterInputs(inputs: ClusterInputs, resources: readonly DeployedResource[]): ClusterInputs {
  const counts = new Map<string, number>();
  let { systemPool } = inputs;
  for (const resource of resources) {
    for (const [pool, count] of readCounts(resource)) counts.set(pool, count);
    systemPool ??= findSystemPool(resource)?.nodeLabels?.[POOL_LABEL];
  }
  return {
    ...inputs,
    ...(systemPool === undefined ? {} : { systemPool }),
    nodePools: inputs.nodePools.map((pool) => {
      const currentCount = pool.currentCount ?? counts.get(pool.name);
      return currentCount === undefined ? pool : { ...pool, currentCount };
    }),
  };
}

/** GKE is missing on purpose: its running counts are not part of what is configured. */
function readCounts(resource: DeployedResource): [string, number][] {
  const { urn, type, outputs = {} } = resource;
  const name = urn.split('::').at(-1) ?? '';
  const keep = (pool: string | undefined, count: unknown): [string, number][] =>
    pool !== undefined && typeof count === 'number' ? [[pool, count]] : [];
  switch (type) {
    case 'aws:eks/nodeGroup:NodeGroup':
      return keep(name, (outputs['scalingConfig'] as { desiredSize?: unknown } | undefined)?.desiredSize);
    case 'azure-native:containerservice:AgentPool':
      return keep(name, outputs['count']);
    case 'azure-native:containerservice:ManagedCluster': {
      const inline = findSystemPool(resource);
      const seen = listInlinePools(outputs).find((pool) => pool.name === inline?.name);
      return keep(inline?.nodeLabels?.[POOL_LABEL], seen?.count);
    }
    default:
      return [];
  }
}

/** After a refresh AKS lists every pool in the cluster; ours alone has this mode. */
function findSystemPool({ type, inputs = {} }: DeployedResource): InlinePool | undefined {
  if (type !== 'azure-native:containerservice:ManagedCluster') return undefined;
  return listInlinePools(inputs).find((pool) => pool.mode === 'System');
}

function listInlinePools(properties: Record<string, unknown>): InlinePool[] {
  return (properties['agentPoolProfiles'] ?? []) as InlinePool[];
}
