// What AKS with the overlay of Azure CNI asks of a cluster.

import type { ManagedRules } from './rules.ts';
import { countNodeBlocks, sizeOneSubnet, sizePodsByNode } from './shared.ts';

// Azure keeps the first four addresses of a subnet and the last one.
const reservedPerSubnet = 5;
const longestCut = 22;
const shortestPods = 9;

/** The rules of AKS. */
export const aks: ManagedRules = {
  on: 'cloud',
  built: true,
  // A token of the service principal for the AKS server application: for every cluster that trusts the tenant.
  cloud: 'azure',
  rangeRoles: ['nodes', 'pods', 'services'],
  sizePods: (load) => sizePodsByNode(load, shortestPods),
  countNodesServed: countNodeBlocks,
  sizeNodes: (load) => Math.min(longestCut, sizeOneSubnet(load, reservedPerSubnet)),
  leastNodes: (load) => sizeOneSubnet(load, reservedPerSubnet),
  listRefused: () => [],
  findRangeFault: () => undefined,
  findPairFault: () => undefined,
  findAccessFault: () => undefined,
  // The Terraform provider waits 90 minutes for a cluster and 60 for a pool.
  deadlines: {
    network: { up: 1_800, destroy: 2_700 },
    cluster: { up: 9_000, destroy: 7_200 },
  },
  // AKS refuses a system pool of spot machines.
  system: { mayBeSpot: false, text: 'a pool that is not spot, without' },
};
