// What a VPC-native GKE cluster with private nodes asks for.

import type { ManagedRules } from './rules.ts';
import { countNodeBlocks, sizeOneSubnet, sizePodsByNode } from './shared.ts';

// Google keeps the first two and the last two addresses of a subnet's first range.
const reservedPerSubnet = 4;
const longestCut = 22;
const shortestPods = 9;

/** The rules of GKE. */
export const gke: ManagedRules = {
  on: 'cloud',
  built: true,
  // An access token of the service account, for all of Google Cloud that it may.
  cloud: 'gcp',
  rangeRoles: ['nodes', 'pods', 'services', 'control-plane'],
  sizePods: (load) => sizePodsByNode(load, shortestPods),
  countNodesServed: countNodeBlocks,
  sizeNodes: (load) => Math.min(longestCut, sizeOneSubnet(load, reservedPerSubnet)),
  leastNodes: (load) => sizeOneSubnet(load, reservedPerSubnet),
  listRefused: () => [],
  findRangeFault: () => undefined,
  findPairFault: () => undefined,
  findAccessFault: () => undefined,
  // The Terraform provider waits 40 minutes for a cluster and 30 for a pool.
  deadlines: {
    network: { up: 1_200, destroy: 1_800 },
    cluster: { up: 5_400, destroy: 4_500 },
  },
  system: { mayBeSpot: true, text: 'a pool without' },
};
