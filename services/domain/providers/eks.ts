// What EKS and the VPC under it ask of a cluster.

import type { Catalogue } from '../../../catalogue/types.ts';
import { getBlock, overlaps, prefixFor } from '../cidr.ts';
import type { ManagedRules, NodeLoad } from './rules.ts';
import { sizePodsByNode, sparePerSubnet } from './shared.ts';

// AWS keeps the first four addresses of a subnet and the last one.
const reservedPerSubnet = 5;
const smallestSubnet = 28;
const longestCut = 20;
// Larger ranges of pods become several blocks of the VPC, which takes five; /15 fits them whatever the zones are.
const shortestPods = 15;
const podsPerNode = 110;

/** The rules of EKS. */
export const eks: ManagedRules = {
  on: 'cloud',
  built: true,
  // A presigned call with the name of the cluster in it.
  cloud: 'aws',
  rangeRoles: ['nodes', 'pods', 'services'],
  sizePods: (load) => sizePodsByNode(load, shortestPods),
  // The block is split into a power of two of subnets, so a quarter is lost where there are three zones.
  countNodesServed: (prefix) => Math.floor((2 ** (32 - prefix) * 0.75) / podsPerNode),
  sizeNodes: (load) => Math.min(longestCut, sizeVpc(load)),
  leastNodes: sizeVpc,
  listRefused(role, chosen, catalogue) {
    if (role === 'services') return catalogue.ranges.refusedServices.eks;
    const nodes = chosen.find((range) => range.role === 'nodes');
    if (role !== 'pods' || nodes === undefined) return [];
    return listSecondaryRules(nodes.cidr, catalogue).flatMap(({ refused }) => refused);
  },
  findRangeFault(role, block, catalogue) {
    if (role !== 'services') return undefined;
    const refused = catalogue.ranges.refusedServices.eks.find((other) => overlaps(getBlock(other), block));
    return refused === undefined ? undefined : `EKS refuses services in ${refused}.`;
  },
  findPairFault({ nodes, pods }, catalogue) {
    const secondary = getBlock(pods);
    for (const rule of listSecondaryRules(nodes, catalogue)) {
      const refused = rule.refused.find((cidr) => overlaps(getBlock(cidr), secondary));
      if (refused === undefined) continue;
      return `AWS refuses to add ${pods} (in ${refused}) to a VPC whose first block, ${nodes}, is in ${rule.primary}. Take pods from 100.64.0.0/10 or from the block that the nodes are in.`;
    }
    return undefined;
  },
  findAccessFault: (access) =>
    access.public && !access.private && access.allowedCidrs.length > 0
      ? { field: 'private', message: "With allowedCidrs, EKS's own nodes reach the API server only by private access." }
      : undefined,
  // The Terraform provider waits 30 minutes for a control plane and 60 for a group of nodes; eksctl 25 for each stack of CloudFormation.
  deadlines: {
    network: { up: 1_800, destroy: 2_700 },
    cluster: { up: 7_200, destroy: 5_400 },
  },
  system: { mayBeSpot: true, text: 'a pool without' },
};

// A VPC is cut into one private subnet a zone and one share for the public subnets. A zone may fail: the others take over.
function sizeVpc({ max, surge, zones }: NodeLoad): number {
  const spare = reservedPerSubnet + sparePerSubnet;
  const share = 2 ** (32 - prefixFor(Math.ceil((max + surge) / Math.max(1, zones - 1)) + spare));
  const smallest = smallestSubnet - countBits(zones + 1) - countBits(zones);
  return Math.min(smallest, 32 - Math.log2(share) - countBits(zones + 1));
}

// Bits that number so many parts.
function countBits(parts: number): number {
  return Math.ceil(Math.log2(Math.max(1, parts)));
}

function listSecondaryRules(nodes: string, catalogue: Catalogue) {
  const primary = getBlock(nodes);
  return catalogue.ranges.secondaryBlocks.eks.filter((rule) => overlaps(getBlock(rule.primary), primary));
}
