// The roles that ranges play, and how large the range of each role must be.

import type { CatalogueProvider } from '../../catalogue/types.ts';
import { prefixFor } from './cidr.ts';
import type { ClusterNetwork } from './cluster-spec.ts';

/** What a range is for. `hosts` and `foreign` are only ever given, never cut. */
export type RangeRole = 'nodes' | 'pods' | 'services' | 'control-plane' | 'hosts' | 'foreign';

/** Roles that a cluster's own ranges play. */
export type ClusterRangeRole = Exclude<RangeRole, 'hosts' | 'foreign'>;

/** The pools of an address space, one block a role; the control plane's ranges are cut from `nodes`. */
export type AddressPools = { nodes: string; pods: string; services: string };

/** A range that a cluster needs: given by the user, or to be cut with this prefix. */
export type RangeNeed = { role: ClusterRangeRole; prefix: number; given?: string };

/** A range that a cluster gets. */
export type PlannedRange = { role: ClusterRangeRole; cidr: string };

/** The field of a cluster's network that names each role. */
export const rangeFields = {
  nodes: 'nodeCidr',
  pods: 'podCidr',
  services: 'serviceCidr',
  'control-plane': 'controlPlaneCidr',
} as const satisfies Record<ClusterRangeRole, keyof ClusterNetwork>;

// Room for load balancers and private endpoints beside the nodes.
const sparePerSubnet = 16;
const reservedPerSubnet = { eks: 5, aks: 5, gke: 4 } as const;
const longestCutNodes = { eks: 20, aks: 22, gke: 22 } as const;
const smallestSubnet = 28;
// Larger ranges of pods become several blocks of the VPC, which takes five; /15 fits them whatever the zones are.
const shortestPods = { eks: 15, aks: 9, gke: 9 } as const;
const podsPerNode = 110;

/** Nodes that pools may have at most, and those that an upgrade adds for a while. */
export function countNodes(pools: readonly { count: { max: number } }[]): { max: number; surge: number } {
  let max = 0;
  let surge = 0;
  for (const { count } of pools) {
    max += count.max;
    surge += Math.max(1, Math.ceil(count.max / 10));
  }
  return { max, surge };
}

/** How many nodes a pods' range serves: one /24 a node in the AKS overlay and at GKE's 110 pods; shares of subnets on EKS. */
export function countNodesServed(provider: CatalogueProvider, prefix: number): number {
  const addresses = 2 ** (32 - prefix);
  // On EKS the block is split into a power of two of subnets, so a quarter is lost where there are three zones.
  return provider === 'eks' ? Math.floor((addresses * 0.75) / podsPerNode) : Math.floor(addresses / 256);
}

/** The prefix of a pods' range for so many nodes: a /24 each, rounded up, but never more than the provider takes. */
export function podsRangeSize(maxNodes: number, surge: number, provider: CatalogueProvider): number {
  return Math.max(shortestPods[provider], prefixFor((maxNodes + surge) * 256));
}

/** The prefix of a nodes' range: every zone's subnet holds its nodes, the provider's own addresses and some to spare. */
export function nodesRangeSize(maxNodes: number, surge: number, zones: number, provider: CatalogueProvider): number {
  return Math.min(longestCutNodes[provider], leastNodesRange(maxNodes, surge, zones, provider));
}

/** The longest prefix that still holds the nodes; what a given range is held to. */
export function leastNodesRange(maxNodes: number, surge: number, zones: number, provider: CatalogueProvider): number {
  const spare = reservedPerSubnet[provider] + sparePerSubnet;
  if (provider !== 'eks') return prefixFor(maxNodes + surge + spare);
  // A VPC is cut into one private subnet a zone and one share for the public subnets. A zone may fail: the others take over.
  const share = 2 ** (32 - prefixFor(Math.ceil((maxNodes + surge) / Math.max(1, zones - 1)) + spare));
  const smallest = smallestSubnet - countBits(zones + 1) - countBits(zones);
  return Math.min(smallest, 32 - Math.log2(share) - countBits(zones + 1));
}

// Bits that number so many parts.
function countBits(parts: number): number {
  return Math.ceil(Math.log2(Math.max(1, parts)));
}
