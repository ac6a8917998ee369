// Arithmetic of ranges that several providers share.

import { prefixFor } from '../cidr.ts';
import type { NodeLoad } from './rules.ts';

// Room for load balancers and private endpoints beside the nodes.
export const sparePerSubnet = 16;

/** The prefix of a pods' range with a /24 for each node, but never shorter than the provider takes. */
export function sizePodsByNode({ max, surge }: Omit<NodeLoad, 'zones'>, shortest: number): number {
  return Math.max(shortest, prefixFor((max + surge) * 256));
}

/** How many /24 a pods' range has: one a node in the AKS overlay, and at GKE's 110 pods a node. */
export function countNodeBlocks(podsPrefix: number): number {
  return Math.floor(2 ** (24 - podsPrefix));
}

/** The longest prefix of one subnet that holds every node, the provider's own addresses and some to spare. */
export function sizeOneSubnet({ max, surge }: NodeLoad, reserved: number): number {
  return prefixFor(max + surge + reserved + sparePerSubnet);
}
