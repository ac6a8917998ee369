// The words of a fleet: what a request may say, and what is stored of it beside its clusters.

import type { AddonRequest, AccessRequest, ClusterRequest, NetworkRequest, PoliciesRequest } from './cluster-spec.ts';
import type { AddressPools } from './ranges.ts';

/** Engines of a federation; only Karmada is built. */
export const federationEngines = ['karmada', 'ocm', 'clusternet', 'kubefed'] as const;

/** An engine of a federation. */
export type FederationEngine = (typeof federationEngines)[number];

/** The federation of a fleet: an engine with its hub, on a member or behind a credential. */
export type FederationRequest = {
  engine: FederationEngine;
  hub: { cluster?: string; credential?: string };
};

/** A private link between two clusters. */
export type InterconnectRequest = { between: string[]; kind: string; bgp?: boolean };

/** What ties the networks of a fleet's clusters. */
export type FleetNetworkRequest = {
  /** Where ranges are cut from; a role that is not named is cut from the project's own pools. */
  pools?: Partial<AddressPools>;
  mesh?: string;
  interconnect?: InterconnectRequest[];
};

/** Values that every cluster of the fleet takes unless it says otherwise. */
export type ClusterDefaults = {
  kubernetesVersion?: string;
  credential?: string;
  region?: string;
  labels?: Record<string, string>;
  tags?: Record<string, string>;
  access?: AccessRequest;
  network?: NetworkRequest;
  addons?: AddonRequest[];
  policies?: PoliciesRequest;
  providerOptions?: Record<string, unknown>;
  protect?: boolean;
  ttl?: string;
};

/** What runs where. */
export type PlacementRequest = {
  name: string;
  select: { apiVersion: string; kind: string; namespace?: string; name?: string; labels?: Record<string, string> };
  affinity?: Record<string, string>;
  exclude?: Record<string, string>;
  spread?: { by: string; min?: number; max?: number };
  replicas?: { divide: string; weights?: Record<string, number> };
  failover?: { after?: string; order?: string[] };
};

/** A fleet as asked for. */
export type FleetRequest = {
  name: string;
  federation?: FederationRequest;
  network?: FleetNetworkRequest;
  /** Name or id of the address space to cut ranges from. */
  addressSpace?: string;
  defaults?: ClusterDefaults;
  clusters: ClusterRequest[];
  placements?: PlacementRequest[];
  /** Whether members that the document no longer names are deleted. */
  prune?: boolean;
};

/** A fleet's own part of the desired spec; its clusters are stored as clusters. */
export type ResolvedFleet = {
  schemaVersion: 1;
  name: string;
  /** Engine and the id of the hub's credential; null for a fleet that is not federated. */
  federation: { engine: 'karmada'; hubCredential: string } | null;
  /** Pools that the fleet names itself. */
  pools: Partial<AddressPools>;
  /** Names of the clusters that the document names, in its order. */
  clusters: string[];
};
