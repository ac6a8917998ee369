// What an EKS cluster consists of, decided from its inputs alone: subnets, access, node groups.

import type { AccessInputs, ClusterInputs, NetworkInputs, NodePoolInputs, TaintEffect } from '../../contract.ts';
import { containsRange, countBits, formatRange, getPart, parseRange } from '../../cidr.ts';
import { namePools } from '../../naming.ts';
import { POOL_LABEL } from '../../tags.ts';
import { getName, getPoolName } from './names.ts';

/** One availability zone of the network: a public subnet for egress, a private one for nodes, one for pods. */
export type ZonePlan = { zone: string; publicCidr: string; nodeCidr: string; podCidr: string };

export type NetworkPlan = { vpcCidr: string; podBlocks: string[]; zones: ZonePlan[] };

export type EndpointPlan = { privateAccess: boolean; publicAccess: boolean; publicCidrs: string[] | undefined };

export type NodeGroupPlan = {
  pool: string;
  name: string;
  templateName: string;
  machineType: string;
  amiType: string;
  capacityType: 'ON_DEMAND' | 'SPOT';
  zones: string[];
  scaling: { minSize: number; maxSize: number; desiredSize: number };
  /** Whether something else than Fleetyard decides how many nodes run. */
  ignoreDesiredSize: boolean;
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: string }[];
};

const LARGEST_BLOCK = 16;
const SMALLEST_SUBNET = 28;
const EFFECTS: Record<TaintEffect, string> = {
  NoSchedule: 'NO_SCHEDULE',
  PreferNoSchedule: 'PREFER_NO_SCHEDULE',
  NoExecute: 'NO_EXECUTE',
};

/**
 * Cuts the nodes' range into one private subnet a zone plus one more part of the same size, which holds the zones'
 * small public subnets; the pods' range into one subnet a zone. Three zones thus use quarters.
 */
export function planNetwork(inputs: Pick<NetworkInputs, 'nodeCidr' | 'podCidr' | 'zones'>): NetworkPlan {
  const { zones } = inputs;
  if (zones.length < 2) throw new Error('EKS needs at least two availability zones');
  const nodes = parseRange(inputs.nodeCidr);
  if (nodes.prefix < LARGEST_BLOCK) throw new Error(`${inputs.nodeCidr} is larger than a VPC may be (/16)`);
  const privatePrefix = nodes.prefix + countBits(zones.length + 1);
  const publicPrefix = privatePrefix + countBits(zones.length);
  if (publicPrefix > SMALLEST_SUBNET) {
    throw new Error(`${inputs.nodeCidr} is too small for ${zones.length} zones: subnets are /28 or larger`);
  }
  const publicPart = getPart(nodes, privatePrefix, zones.length);
  const pods = planPods(inputs.podCidr, zones.length);
  return {
    vpcCidr: formatRange(nodes),
    podBlocks: pods.blocks,
    zones: zones.map((zone, index) => ({
      zone,
      publicCidr: formatRange(getPart(publicPart, publicPrefix, index)),
      nodeCidr: formatRange(getPart(nodes, privatePrefix, index)),
      podCidr: pods.subnets[index] ?? '',
    })),
  };
}

/** A VPC takes blocks of /16 at most, so a larger range of pods becomes several; only those that hold a subnet are made. */
function planPods(podCidr: string, zones: number): { blocks: string[]; subnets: string[] } {
  const pods = parseRange(podCidr);
  const prefix = pods.prefix + countBits(zones);
  if (prefix < LARGEST_BLOCK || prefix > SMALLEST_SUBNET) {
    throw new Error(`${podCidr} does not give ${zones} zones subnets between /16 and /28`);
  }
  const subnets = Array.from({ length: zones }, (_, index) => getPart(pods, prefix, index));
  const blockPrefix = Math.max(pods.prefix, LARGEST_BLOCK);
  const blocks = Array.from({ length: 2 ** (blockPrefix - pods.prefix) }, (_, index) =>
    getPart(pods, blockPrefix, index),
  );
  return {
    blocks: blocks.filter((block) => subnets.some((subnet) => containsRange(block, subnet))).map(formatRange),
    subnets: subnets.map(formatRange),
  };
}

/**
 * Who reaches the API server. Without the private endpoint the nodes come through the NAT gateways, so a list of
 * allowed ranges must hold their addresses, or no node ever joins.
 */
export function planEndpoint(access: AccessInputs, egressIps: string[]): EndpointPlan {
  if (!access.private && !access.public) throw new Error('the API server needs a private or a public endpoint');
  const own = access.private || access.allowedCidrs.length === 0 ? [] : egressIps.map((address) => `${address}/32`);
  const cidrs = [...new Set([...access.allowedCidrs, ...own])];
  return {
    privateAccess: access.private,
    publicAccess: access.public,
    publicCidrs: access.public ? (cidrs.length > 0 ? cidrs : ['0.0.0.0/0']) : undefined,
  };
}

/** The node groups of a cluster, one a pool. */
export function planNodeGroups(inputs: Pick<ClusterInputs, 'identity' | 'nodePools' | 'network'>): NodeGroupPlan[] {
  const names = namePools(inputs.nodePools, getPoolName);
  const known = new Set(inputs.network.nodeSubnets.map((subnet) => subnet.zone));
  return inputs.nodePools.map((pool) => {
    const unknown = pool.zones.filter((zone) => !known.has(zone));
    if (pool.zones.length === 0 || unknown.length > 0) {
      throw new Error(`node pool "${pool.name}" needs zones of the network, not "${unknown.join(', ')}"`);
    }
    const name = names.get(pool.name) ?? pool.name;
    return {
      pool: pool.name,
      name,
      templateName: getName('launch-template', inputs.identity.cluster, name),
      machineType: pool.machineType,
      amiType: getAmiType(pool),
      capacityType: pool.spot ? 'SPOT' : 'ON_DEMAND',
      zones: pool.zones,
      ...planScaling(pool),
      labels: { ...pool.labels, [POOL_LABEL]: pool.name },
      taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
    };
  });
}

function planScaling(pool: NodePoolInputs): Pick<NodeGroupPlan, 'scaling' | 'ignoreDesiredSize'> {
  const { min, max } = pool.count;
  const current = pool.currentCount;
  return {
    scaling: { minSize: min, maxSize: Math.max(max, 1), desiredSize: Math.min(Math.max(current ?? min, min), max) },
    ignoreDesiredSize: min < max && current === undefined,
  };
}

/** The image family for a pool's machine: by processor (a `g` behind the generation is Graviton) and accelerator. */
function getAmiType(pool: NodePoolInputs): string {
  const graviton = /^(?:a1|[a-z]+\d+[a-z]*g[a-z]*)(?:\.|$)/.test(pool.machineType);
  const accelerator = pool.accelerator?.type.toLowerCase();
  if (accelerator === undefined) return graviton ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD';
  if (/neuron|trainium|inferentia/.test(accelerator)) return 'AL2023_x86_64_NEURON';
  return graviton ? 'AL2023_ARM_64_NVIDIA' : 'AL2023_x86_64_NVIDIA';
}
