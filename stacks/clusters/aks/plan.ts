// What an AKS cluster consists of, decided from its inputs alone: API access, service address, node pools.

import type { AccessInputs, ClusterInputs, NetworkInputs, NodePoolInputs } from '../../contract.ts';
import { getAddress, parseRange } from '../../cidr.ts';
import { namePools } from '../../naming.ts';
import { POOL_LABEL } from '../../tags.ts';
import { getPoolName } from './names.ts';

export type NetworkPlan = { vnetCidr: string; nodeCidr: string; zones: string[] };

export type ApiAccessPlan =
  | {
      enablePrivateCluster: true;
      enablePrivateClusterPublicFQDN: false;
      privateDNSZone: 'system';
      disableRunCommand: true;
    }
  | { enablePrivateCluster: false; authorizedIPRanges: string[]; disableRunCommand: true };

/** Properties that the inline pool and the other pools share, in the spelling of both. */
export type AgentPoolPlan = {
  pool: string;
  name: string;
  vmSize: string;
  availabilityZones: string[];
  count: number;
  scaling: { enableAutoScaling: true; minCount: number; maxCount: number } | { enableAutoScaling: false };
  /** Whether the service's autoscaler decides how many nodes run. */
  ignoreCount: boolean;
  spot: boolean;
  nodeLabels: Record<string, string>;
  nodeTaints: string[];
  gpu: boolean;
};

export type PoolsPlan = { system: AgentPoolPlan; others: AgentPoolPlan[] };

const SPOT = 'kubernetes.azure.com/scalesetpriority';
const MOST_AUTHORIZED_RANGES = 200;

/** A virtual network with one subnet for all nodes: Azure's subnets span zones, and pods live in an overlay. */
export function planNetwork(inputs: Pick<NetworkInputs, 'nodeCidr' | 'zones'>): NetworkPlan {
  const nodes = parseRange(inputs.nodeCidr);
  if (nodes.prefix > 28) throw new Error(`${inputs.nodeCidr} is too small for nodes: /28 or larger`);
  return { vnetCidr: inputs.nodeCidr, nodeCidr: inputs.nodeCidr, zones: inputs.zones };
}

/** Azure keeps the first addresses; the tenth is what its own templates give to DNS. */
export function getDnsServiceIp(serviceCidr: string): string {
  return getAddress(parseRange(serviceCidr), 10);
}

/**
 * Who reaches the API server. AKS has one endpoint, public or private: with both asked for it is the public one, which
 * the nodes' own egress addresses must be allowed to reach.
 */
export function planApiAccess(access: AccessInputs, egressIps: string[]): ApiAccessPlan {
  if (!access.private && !access.public) throw new Error('the API server needs a private or a public endpoint');
  if (!access.public) {
    return {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      privateDNSZone: 'system',
      disableRunCommand: true,
    };
  }
  const own = access.allowedCidrs.length === 0 ? [] : egressIps.map((address) => `${address}/32`);
  const authorizedIPRanges = [...new Set([...access.allowedCidrs, ...own])];
  if (authorizedIPRanges.length > MOST_AUTHORIZED_RANGES) {
    throw new Error(
      `AKS allows ${MOST_AUTHORIZED_RANGES} ranges to reach its API server, not ${authorizedIPRanges.length}`,
    );
  }
  return { enablePrivateCluster: false, authorizedIPRanges, disableRunCommand: true };
}

/**
 * Chooses the pool that stands inside the cluster resource and carries the system pods; the others are resources of
 * their own. AKS makes that pool with the cluster and refuses a cluster update that brings a pool it does not know, so
 * the choice is made once: the first pool without spot machines, without taints if there is one.
 */
export function planPools(inputs: Pick<ClusterInputs, 'nodePools' | 'systemPool'>): PoolsPlan {
  const { nodePools, systemPool } = inputs;
  const names = namePools(nodePools, getPoolName);
  const regular = nodePools.filter((pool) => !pool.spot);
  const system =
    systemPool === undefined
      ? (regular.find((pool) => pool.taints.length === 0 && pool.count.min > 0) ?? regular[0])
      : nodePools.find((pool) => pool.name === systemPool);
  if (system === undefined) {
    throw new Error(
      systemPool === undefined
        ? 'AKS needs a node pool without spot machines for its system pods'
        : `node pool "${systemPool}" carries the system pods of this AKS cluster and cannot be removed`,
    );
  }
  if (system.spot || system.count.min < 1) {
    throw new Error(`node pool "${system.name}" carries AKS's system pods: at least one node, and no spot machines`);
  }
  const plan = (pool: NodePoolInputs) => planPool(pool, names.get(pool.name) ?? pool.name);
  return { system: plan(system), others: nodePools.filter((pool) => pool !== system).map(plan) };
}

function planPool(pool: NodePoolInputs, name: string): AgentPoolPlan {
  const { min, max } = pool.count;
  const current = pool.currentCount;
  const autoscaled = max > min;
  const taints = pool.taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  // AKS adds these two to spot pools by itself; naming them keeps its answer equal to our request.
  const spotTaint = `${SPOT}=spot:NoSchedule`;
  return {
    pool: pool.name,
    name,
    vmSize: pool.machineType,
    availabilityZones: pool.zones,
    count: Math.min(Math.max(current ?? min, min), max),
    scaling: autoscaled ? { enableAutoScaling: true, minCount: min, maxCount: max } : { enableAutoScaling: false },
    ignoreCount: autoscaled && current === undefined,
    spot: pool.spot,
    nodeLabels: { ...pool.labels, ...(pool.spot ? { [SPOT]: 'spot' } : {}), [POOL_LABEL]: pool.name },
    nodeTaints: pool.spot && !taints.includes(spotTaint) ? [...taints, spotTaint] : taints,
    gpu: pool.accelerator !== undefined,
  };
}
