// What the state of an EKS cluster says about its node groups and about what AWS is still making.

import type { ClusterInputs } from '../../contract.ts';
import { completePoolCounts, getLogicalName, hasState, keepCount } from '../../deployed-resources.ts';
import type { DeployedResource, PoolCount } from '../../deployed-resources.ts';

const UNFINISHED = new Set(['CREATING', 'UPDATING', 'PENDING', 'pending']);

/** The inputs with the nodes that each group has. */
export function completeInputs(inputs: ClusterInputs, resources: readonly DeployedResource[]): ClusterInputs {
  return completePoolCounts(inputs, resources, readCounts);
}

/** Whether AWS is still making the resource. */
export function isUnfinished(resource: DeployedResource): boolean {
  return hasState(resource, ['status', 'state'], UNFINISHED);
}

function readCounts(resource: DeployedResource): PoolCount[] {
  if (resource.type !== 'aws:eks/nodeGroup:NodeGroup') return [];
  const scaling = resource.outputs?.['scalingConfig'] as { desiredSize?: unknown } | undefined;
  return keepCount(getLogicalName(resource), scaling?.desiredSize);
}
