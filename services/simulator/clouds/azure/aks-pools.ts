// AKS agent pools that are resources of their own.
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext } from '../resource-type.ts';
import { countMinors } from '../facts.ts';
import { list, text } from '../values.ts';
import { azureError } from './errors.ts';
import { groupedType } from './grouped-type.ts';
import { getById } from './resource-ids.ts';
import { checkPool, checkVersion, needNodes, poolStatus } from './aks.ts';
import { CLUSTER, POOL } from './tokens.ts';

const agentPool = groupedType({
  token: POOL,
  path: 'Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}',
  child: true,
  replaceOn: [
    'vmSize',
    'vnetSubnetID',
    'podSubnetID',
    'osDiskType',
    'osType',
    'osSKU',
    'availabilityZones',
    'scaleSetPriority',
    'scaleSetEvictionPolicy',
    'spotMaxPrice',
    'maxPods',
    'gpuProfile',
    'enableNodePublicIP',
    'type',
  ],
  seconds: { create: 180, update: 120, delete: 120 },
  whileCreating: { provisioningState: 'Creating' },
  nodePool: {
    cluster: (pool) => ({ type: CLUSTER, id: clusterIdOf(pool.id) }),
    need: (pool) => needNodes(pool.inputs, pool.name, pool.region),
  },
  capacity: ({ name }) => {
    const message = `Allocation failed for agent pool ${String(name)}. We do not have sufficient capacity for the requested VM size in this zone.`;
    return azureError(409, 'ZonalAllocationFailed', message, true);
  },
  quotas: (context, inputs) => [
    {
      quota: 'containerservice/nodes-per-pool',
      limit: 1000,
      used: 0,
      amount: Number(inputs['maxCount'] ?? inputs['count'] ?? 1),
      refuse: (limit) =>
        azureError(400, 'InvalidParameter', `The node count of an agent pool may not exceed ${limit}.`),
    },
  ],
  make(context, inputs, { id, name }) {
    const parent = getActiveCluster(context, id);
    checkPool(context, inputs, name);
    const taken = list(parent.inputs, 'agentPoolProfiles').some((pool) => text(pool, 'name') === name);
    if (taken) throw azureError(409, 'Conflict', `The agent pool '${name}' already exists in the cluster.`);
    return poolStatus(inputs, checkPoolVersion(parent, inputs));
  },
  update(context, pool, inputs) {
    const parent = getActiveCluster(context, pool.id);
    checkPool(context, inputs, pool.name);
    return poolStatus(inputs, checkPoolVersion(parent, inputs));
  },
});

function clusterIdOf(poolId: string): string {
  return poolId.replace(/\/agentPools\/.*$/, '');
}

function getActiveCluster(context: CloudContext, poolId: string): Resource {
  const parent = getById(context, CLUSTER, clusterIdOf(poolId));
  if (parent.state === 'ready' || parent.state === 'failed') return parent;
  const message = `Operation is not allowed because there's an in progress ${parent.state} managed cluster operation on the managed cluster.`;
  throw azureError(409, 'OperationNotAllowed', message, true);
}

function checkPoolVersion(parent: Resource, inputs: Values): string {
  const plane = text(parent.outputs, 'currentKubernetesVersion');
  const asked = text(inputs, 'orchestratorVersion') || plane;
  const version = checkVersion(asked, 'AgentPoolK8sVersionNotSupported');
  const behind = countMinors(version, plane);
  if (behind >= 0 && behind <= 3) return version;
  const message = `Node pool version ${version} and control plane version ${plane} are incompatible.`;
  throw azureError(400, 'NodePoolMcVersionIncompatible', message);
}

/** The types of this file. */
export const aksPoolTypes = [agentPool];
