// Address ranges: the roles they play, the pools they are cut from, and how the first free one is found.

import type { ErrorDetail } from './errors.ts';

/** What a range is for. `hosts` and `foreign` are only ever given, never cut. */
export type RangeRole = 'nodes' | 'pods' | 'services' | 'control-plane' | 'hosts' | 'foreign';

/** The pools of an address space, one block a role; the control plane's ranges are cut from `nodes`. */
export type AddressPools = { nodes: string; pods: string; services: string };

/** A range that a cluster needs: given by the user, or to be cut with this prefix. */
export type RangeNeed = { role: 'nodes' | 'pods' | 'services' | 'control-plane'; prefix: number; given?: string };

/** A range that a cluster gets. */
export type PlannedRange = { role: RangeNeed['role']; cidr: string };

/** Details of ranges carry the pointer below the cluster, such as `/network/podCidr`. */
export type RangeDetail = ErrorDetail;
