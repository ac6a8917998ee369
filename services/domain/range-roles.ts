// The roles that ranges play, and the field of a cluster's network that names each.

import type { Schemas } from '../contract/schemas.ts';

/** What a range is for. `hosts` and `foreign` are only ever given, never cut. */
export type RangeRole = 'nodes' | 'pods' | 'services' | 'control-plane' | 'hosts' | 'foreign';

/** Roles that a cluster's own ranges play. */
export type ClusterRangeRole = Exclude<RangeRole, 'hosts' | 'foreign'>;

/** The pools of an address space, one block a role; the control plane's ranges are cut from `nodes`. */
export type AddressPools = Required<Schemas['Pools']>;

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
} as const satisfies Record<ClusterRangeRole, keyof Schemas['ClusterNetwork']>;
