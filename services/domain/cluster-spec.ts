// A cluster as asked for and as stored once everything about it has been decided, with the tables of its fields. A field that is
// added to the contract or to the spec and forgotten in a table does not compile.

import type { Schemas } from '../contract/schemas.ts';
import type { Cloud } from './clouds.ts';
import type { Id } from './ids.ts';
import type { Layer } from './layers.ts';
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
  /** Of the member at its hub; left out where there are none, as in what was stored before there were any. */
  memberTaints?: Required<Schemas['MemberTaint']>[];
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

/**
 * A resolved cluster whose ranges are not all known yet: those that the user gave or an earlier resolution reserved, and how long the prefix
 * of the services' is to be, which is not stored, for the range tells it.
 */
export type ClusterDraft = Omit<ManagedCluster, 'network'> & {
  network: Partial<ClusterNetwork> & { servicePrefix?: number };
};

/** What may become of one field of the stored spec. */
export type FieldRule = {
  /** Fixed for the life of the cluster or the pool, free to change, or no part of a comparison. */
  change: 'fixed' | 'free' | 'own';
  /** Layers that bring a change of it about; none where only Fleetyard knows of it. */
  touches: readonly Layer[];
  /** The field by which users know it, where that is another one. */
  shownAs?: string;
};

/** What may become of a group of fields. */
export type FieldRules = { readonly [field: string]: FieldRule };

// The helpers keep the literal types, so that the compiler can ask which fields touch a layer.
const untouching: readonly never[] = [];
const own = { change: 'own', touches: untouching } as const;
const fixed = { change: 'fixed', touches: untouching } as const;
/** Only Fleetyard knows of it. */
const noted = { change: 'free', touches: untouching } as const;
const free = <L extends Layer>(...touches: readonly L[]) => ({ change: 'free', touches }) as const;

/** Fields of the spec that are plain values. */
export const specFields = {
  schemaVersion: own,
  name: fixed,
  provider: fixed,
  region: fixed,
  site: fixed,
  zones: fixed,
  // Users know the account only as the credential that reaches it.
  account: { ...fixed, shownAs: 'credential' },
  credential: noted,
  kubernetesVersion: free('cluster'),
  requestedVersion: noted,
  // The cluster's own labels stand at the hub alone.
  labels: free('membership'),
  memberTaints: free('membership'),
  tags: free('network', 'cluster'),
  controlPlane: free('cluster'),
  protect: noted,
} as const satisfies Record<
  Exclude<keyof ManagedCluster | keyof HostsCluster, keyof typeof specGroups | 'nodePools'>,
  FieldRule
>;

/** Fields of the spec that are groups of fields. */
export const specGroups = {
  access: {
    private: free('cluster'),
    public: free('cluster'),
    allowedCidrs: free('cluster'),
  } satisfies Record<keyof Access, FieldRule>,
  network: {
    nodeCidr: fixed,
    podCidr: fixed,
    serviceCidr: fixed,
    controlPlaneCidr: fixed,
  } satisfies Record<keyof ClusterNetwork, FieldRule>,
} as const satisfies Partial<Record<keyof ManagedCluster, FieldRules>>;

/**
 * Fields of a pool of nodes. What would replace every node of the pool is fixed: a second pool and the removal of the
 * first is what does that.
 */
export const poolFields = {
  name: own,
  machineType: fixed,
  spot: fixed,
  zones: fixed,
  accelerator: fixed,
  hosts: free('cluster'),
  count: free('cluster'),
  labels: free('cluster'),
  taints: free('cluster'),
  machine: noted,
} as const satisfies Record<keyof NodePool | keyof HostPool, FieldRule>;

/** Layers that a pool which comes or goes touches. */
export const poolLayers: readonly Layer[] = ['cluster'];

/** Where a field of a request lands: in fields of the spec, in a tie to another resource, or nowhere yet. */
export type RequestField =
  | { landsIn: readonly (keyof typeof specFields | keyof typeof specGroups | 'nodePools')[] }
  | { ties: true }
  /** What is not built, to end a sentence. */
  | { notBuilt: string };

const landsIn = (...fields: Extract<RequestField, { landsIn: unknown }>['landsIn']): RequestField => ({
  landsIn: fields,
});
const notBuilt = (what: string): RequestField => ({ notBuilt: what });

/** Every field that a cluster's document may have. */
export const requestFields = {
  name: landsIn('name'),
  provider: landsIn('provider'),
  region: landsIn('region'),
  zones: landsIn('zones'),
  kubernetesVersion: landsIn('kubernetesVersion', 'requestedVersion'),
  credential: landsIn('credential', 'account'),
  labels: landsIn('labels'),
  memberTaints: landsIn('memberTaints'),
  tags: landsIn('tags'),
  access: landsIn('access'),
  network: landsIn('network'),
  nodePools: landsIn('nodePools'),
  protect: landsIn('protect'),
  federation: { ties: true },
  addressSpace: { ties: true },
  site: notBuilt('sites'),
  controlPlane: notBuilt('control planes on hosts'),
  addons: notBuilt('add-ons'),
  policies: notBuilt('policies'),
  providerOptions: notBuilt('provider options'),
  ttl: notBuilt('lifetimes'),
} as const satisfies Record<keyof ClusterRequest, RequestField>;

/** Fields inside others that are not built, by the path below the cluster; `*` stands for every element of a list. */
export const unbuiltInnerFields = [
  ...listUnbuilt('/access', {
    private: landsIn('access'),
    public: landsIn('access'),
    allowedCidrs: landsIn('access'),
    oidc: notBuilt('sign-in through an OIDC issuer'),
  } satisfies Record<keyof Schemas['Access'], RequestField>),
  ...listUnbuilt('/nodePools/*', {
    name: landsIn('nodePools'),
    machine: landsIn('nodePools'),
    machineType: landsIn('nodePools'),
    count: landsIn('nodePools'),
    spot: landsIn('nodePools'),
    zones: landsIn('nodePools'),
    labels: landsIn('nodePools'),
    taints: landsIn('nodePools'),
    hosts: notBuilt('pools of hosts'),
  } satisfies Record<keyof Schemas['NodePool'], RequestField>),
];

/** The fields of a table that are not built, with what each would be. */
export function listUnbuilt(base: string, fields: Record<string, RequestField>): { path: string; what: string }[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    'notBuilt' in field ? [{ path: `${base}/${name}`, what: field.notBuilt }] : [],
  );
}
