// A cluster as asked for, and as stored once everything about it has been decided.

import type { Schemas } from '../contract/schemas.ts';
import type { Cloud } from './clouds.ts';
import type { Id } from './ids.ts';
import type { Access, HostsProvider, ManagedProvider } from './providers/rules.ts';

/** A cluster as asked for, alone or inside a fleet. Its structure is checked by the contract before it comes here. */
export type ClusterRequest = Schemas['FleetCluster'] &
  Partial<Pick<Schemas['ClusterRequest'], 'federation' | 'addressSpace'>>;

/** A credential as the resolution needs it: looked up by the caller, never holding a secret. */
export type CredentialFacts = {
  id: Id<'cr'>;
  name: string;
  cloud: Cloud;
  /** The account, subscription or project behind it: two credentials of one account may replace each other. */
  account: string;
};

type Taint = Required<Schemas['Taint']>;

/** A pool of machines that a cloud makes, as stored. */
export type NodePool = {
  name: string;
  /** The provider's machine type. */
  machineType: string;
  /** Nodes of the whole pool over all its zones. */
  count: { min: number; max: number };
  spot: boolean;
  zones: string[];
  labels: Record<string, string>;
  taints: Taint[];
  accelerator?: { type: string; count: number };
  /** What was asked for in place of a machine type; keeps the choice sticky. */
  machine?: Schemas['Machine'];
};

/** A pool of hosts, as stored. */
export type HostPool = { name: string; hosts: string[]; labels: Record<string, string>; taints: Taint[] };

/** The ranges of a cluster. */
export type ClusterNetwork = {
  nodeCidr: string;
  podCidr: string;
  serviceCidr: string;
  /** Of a provider whose control plane has a range of its own. */
  controlPlaneCidr?: string;
};

/** What every stored cluster says, wherever it stands. */
type ClusterCore = {
  schemaVersion: 1;
  name: string;
  /** Id of the credential. */
  credential: Id<'cr'>;
  /** The account behind the credential. */
  account: string;
  /** The version in the provider's spelling. */
  kubernetesVersion: string;
  /** The version as asked for, such as `1.35`; keeps the choice sticky. Null when none was. */
  requestedVersion: string | null;
  labels: Record<string, string>;
  tags: Record<string, string>;
  access: Access;
  network: ClusterNetwork;
  protect: boolean;
};

/** A cluster that a cloud runs. */
export type ManagedCluster = ClusterCore & {
  provider: ManagedProvider;
  region: string;
  zones: string[];
  nodePools: NodePool[];
};

/** A cluster on the user's hosts. No provider of this kind is built yet. */
export type HostsCluster = ClusterCore & {
  provider: HostsProvider;
  /** The data centre. */
  site: string;
  controlPlane: Required<Schemas['ControlPlane']>;
  nodePools: HostPool[];
};

/** A cluster's desired spec as stored: everything decided. */
export type ResolvedCluster = ManagedCluster | HostsCluster;

/** A resolved cluster whose ranges are not all known yet: those that the user gave or an earlier resolution reserved. */
export type ClusterDraft = Omit<ManagedCluster, 'network'> & { network: Partial<ClusterNetwork> };
