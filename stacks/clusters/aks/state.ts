// What the state of an AKS cluster says about its pools, the one inside the cluster included, and about what Azure is still making.

import type { ClusterInputs } from '../../contract.ts';
import { completePoolCounts, getLogicalName, hasState, keepCount } from '../../deployed-resources.ts';
import type { DeployedResource, PoolCount } from '../../deployed-resources.ts';
import { POOL_LABEL } from '../../tags.ts';

type InlinePool = { name?: string; mode?: string; count?: number; nodeLabels?: Record<string, string> };

const CLUSTER = 'azure-native:containerservice:ManagedCluster';
const POOL = 'azure-native:containerservice:AgentPool';
const UNFINISHED = new Set(['Creating', 'Updating']);

/** The inputs with the nodes that each pool has, and with the pool that AKS carries inside its cluster. */
export function completeInputs(inputs: ClusterInputs, resources: readonly DeployedResource[]): ClusterInputs {
  const system = resources.map(findSystemPool).find((pool) => pool !== undefined);
  const systemPool = inputs.systemPool ?? system?.nodeLabels?.[POOL_LABEL];
  const completed = completePoolCounts(inputs, resources, readCounts);
  return systemPool === undefined ? completed : { ...completed, systemPool };
}

/** Whether Azure is still making the resource. */
export function isUnfinished(resource: DeployedResource): boolean {
  return hasState(resource, ['provisioningState'], UNFINISHED);
}

function readCounts(resource: DeployedResource): PoolCount[] {
  const { type, outputs = {} } = resource;
  if (type === POOL) return keepCount(getLogicalName(resource), outputs['count']);
  const inline = findSystemPool(resource);
  const seen = listInlinePools(outputs).find((pool) => pool.name === inline?.name);
  return keepCount(inline?.nodeLabels?.[POOL_LABEL], seen?.count);
}

/** After a refresh AKS lists every pool in the cluster; ours alone has this mode. */
function findSystemPool({ type, inputs = {} }: DeployedResource): InlinePool | undefined {
  return type === CLUSTER ? listInlinePools(inputs).find((pool) => pool.mode === 'System') : undefined;
}

function listInlinePools(properties: Record<string, unknown>): InlinePool[] {
  return (properties['agentPoolProfiles'] ?? []) as InlinePool[];
}
