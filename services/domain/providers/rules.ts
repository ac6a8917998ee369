// What a provider may decide about its clusters. Whatever differs between providers is asked here, and nowhere by name.

import type { Catalogue, CatalogueProvider } from '../../../catalogue/types.ts';
import type { Schemas } from '../../contract/schemas.ts';
import type { Block } from '../cidr.ts';
import type { Cloud } from '../clouds.ts';
import type { ProviderLayer } from '../layers.ts';
import type { ClusterRangeRole, PlannedRange } from '../range-roles.ts';
import type { Span } from '../step-kinds.ts';

/** A provider whose clusters a cloud runs: the catalogue has facts about it. */
export type ManagedProvider = CatalogueProvider;

/** A provider whose clusters stand on the user's hosts. */
export type HostsProvider = Exclude<Schemas['Provider'], ManagedProvider>;

/** How many nodes a cluster's pools may have, those that an upgrade adds for a while, and the zones that they span. */
export type NodeLoad = { max: number; surge: number; zones: number };

/** Ways to the API server, all decided. */
export type Access = { private: boolean; public: boolean; allowedCidrs: string[] };

/** The rules of a provider of managed clusters. Prefixes are lengths of IPv4 prefixes. */
export type ManagedRules = {
  on: 'cloud';
  built: true;
  /** The cloud whose credential it needs. */
  cloud: Cloud;
  /** Roles of the ranges that a cluster has, in the order in which they are cut. */
  rangeRoles: readonly ClusterRangeRole[];
  /** The longest prefix of a pods' range that serves the load. */
  sizePods(load: Omit<NodeLoad, 'zones'>): number;
  /** How many nodes a pods' range serves. */
  countNodesServed(podsPrefix: number): number;
  /** The prefix of the nodes' range that is cut for the load. */
  sizeNodes(load: NodeLoad): number;
  /** The longest prefix that still holds the nodes; what a given range is held to. */
  leastNodes(load: NodeLoad): number;
  /** Blocks that it takes for no range of the role, beside the ranges that were chosen already. */
  listRefused(role: ClusterRangeRole, chosen: readonly PlannedRange[], catalogue: Catalogue): readonly string[];
  /** Why it refuses a range that was given for a role, or undefined. */
  findRangeFault(role: ClusterRangeRole, block: Block, catalogue: Catalogue): string | undefined;
  /** Why it refuses the two ranges together, or undefined. */
  findPairFault(ranges: { nodes: string; pods: string }, catalogue: Catalogue): string | undefined;
  /** What it refuses of the ways to the API server. */
  findAccessFault(access: Access): { field: keyof Access; message: string } | undefined;
  /**
   * How long a step may take, in seconds: beyond what the clouds' own clients wait for by default, so that their verdict comes first. A
   * cluster layer makes the control plane, then its pools side by side; an upgrade of the version goes through each in turn. Networks hang
   * on their gateways, and their removal on interfaces that a cloud gives back late.
   */
  deadlines: Record<ProviderLayer, Span>;
  /** Pools that can carry the cluster's own pods, such as DNS. */
  system: {
    mayBeSpot: boolean;
    /** What is asked for, to end "The cluster's own pods need …". */
    text: string;
  };
};

/** The rules of a provider on hosts; none is built yet. */
export type HostsRules = { on: 'hosts'; built: false; cloud: Cloud };
