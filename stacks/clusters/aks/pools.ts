// The node pools of an AKS cluster that are resources of their own.

import { AgentPool } from '@pulumi/azure-native/containerservice/agentPool.js';
import type { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { AgentPoolPlan } from './plan.ts';
import type { ClusterScope } from './scope.ts';

/** The properties that the inline pool and an `AgentPool` spell alike. */
export function getSharedPoolArgs(plan: AgentPoolPlan, kubernetesVersion: string, scope: ClusterScope) {
  return {
    // Pools follow the control plane: the inline one in the same request, the others after it.
    orchestratorVersion: kubernetesVersion,
    vmSize: plan.vmSize,
    ...(plan.availabilityZones.length === 0 ? {} : { availabilityZones: plan.availabilityZones }),
    count: plan.count,
    ...plan.scaling,
    osType: 'Linux',
    osSKU: 'Ubuntu',
    vnetSubnetID: scope.nodeSubnetId,
    nodeLabels: plan.nodeLabels,
    nodeTaints: plan.nodeTaints,
    enableNodePublicIP: false,
    tags: scope.tags,
  };
}

/** Creates the pools; returns them by the pool's name. */
export function createPools(
  plans: AgentPoolPlan[],
  cluster: ManagedCluster,
  kubernetesVersion: string,
  scope: ClusterScope,
): Map<string, AgentPool> {
  return new Map(plans.map((plan) => [plan.pool, createPool(plan, cluster, kubernetesVersion, scope)]));
}

function createPool(
  plan: AgentPoolPlan,
  cluster: ManagedCluster,
  kubernetesVersion: string,
  scope: ClusterScope,
): AgentPool {
  return new AgentPool(
    plan.pool,
    {
      resourceGroupName: scope.resourceGroup,
      resourceName: cluster.name,
      agentPoolName: plan.name,
      mode: 'User',
      type: 'VirtualMachineScaleSets',
      ...getSharedPoolArgs(plan, kubernetesVersion, scope),
      ...(plan.gpu ? { gpuProfile: { driver: 'Install' } } : {}),
      // Surge nodes of a spot pool would be evicted like the rest, and AKS refuses the setting there.
      ...(plan.spot
        ? { scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete', spotMaxPrice: -1 }
        : { upgradeSettings: { maxSurge: '33%' } }),
    },
    {
      ...scope.options,
      deleteBeforeReplace: true,
      ...(plan.ignoreCount ? { ignoreChanges: ['count'] } : {}),
    },
  );
}
