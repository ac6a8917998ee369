// The words of a cluster: what a request may say, and what is stored once it has been resolved.

import type { Id } from './ids.ts';

/** Providers that a request may name; `kubeadm` has a schema but is not built yet. */
export const providers = ['eks', 'aks', 'gke', 'kubeadm'] as const;

/** A provider that a request may name. */
export type Provider = (typeof providers)[number];

/** Providers whose clusters can be made. */
export const builtProviders = ['eks', 'aks', 'gke'] as const;

/** A provider whose clusters can be made. */
export type BuiltProvider = (typeof builtProviders)[number];

/** What a credential reaches. */
export type Cloud = 'aws' | 'azure' | 'gcp' | 'kubernetes' | 'ssh';

/** The cloud whose credential each provider needs. */
export const cloudOf = { eks: 'aws', aks: 'azure', gke: 'gcp', kubeadm: 'ssh' } as const satisfies Record<
  Provider,
  Cloud
>;

/** Effects of a taint, as Kubernetes spells them. */
export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

/** A taint of a pool's nodes. */
export type Taint = { key: string; value?: string; effect: TaintEffect };

/** A machine by what it must have at least. */
export type MachineRequest = { cpu: number; memoryGiB: number; accelerator?: { type: string; count: number } };

/** A pool of nodes as asked for: a machine or a machine type (managed clouds), or hosts (kubeadm). */
export type NodePoolRequest = {
  name: string;
  machine?: MachineRequest;
  machineType?: string;
  /** Nodes of the whole pool over all its zones. */
  count?: { min: number; max: number };
  spot?: boolean;
  zones?: string[];
  labels?: Record<string, string>;
  taints?: Taint[];
  hosts?: string[];
};

/** Ways to the API server as asked for. */
export type AccessRequest = {
  private?: boolean;
  public?: boolean;
  allowedCidrs?: string[];
  oidc?: { issuer: string; clientId: string };
};

/** Ranges as given by the user; what is not given is cut from the pools. */
export type NetworkRequest = {
  nodeCidr?: string;
  podCidr?: string;
  serviceCidr?: string;
  /** GKE only: the control plane's /28. */
  controlPlaneCidr?: string;
};

/** An add-on: a name, or a name with a version and values. */
export type AddonRequest = string | { name: string; version?: string; values?: Record<string, unknown> };

/** Workload rules as asked for. */
export type PoliciesRequest = Record<string, unknown>;

/** A cluster as asked for, alone or inside a fleet. Its structure is checked by the API's schema before it comes here. */
export type ClusterRequest = {
  name: string;
  provider: Provider;
  region?: string;
  site?: string;
  kubernetesVersion?: string;
  /** Name or id. */
  credential?: string;
  /** Name or id of the federation to join; a cluster inside a fleet joins the fleet's. */
  federation?: string;
  /** Name or id of the address space to cut ranges from; the project's own when not said. */
  addressSpace?: string;
  /** Where its machines stand; up to three zones of the region, and those that its pools name, when not said. */
  zones?: string[];
  labels?: Record<string, string>;
  tags?: Record<string, string>;
  access?: AccessRequest;
  network?: NetworkRequest;
  nodePools?: NodePoolRequest[];
  controlPlane?: { endpoint?: string; hosts?: string[]; certSANs?: string[] };
  addons?: AddonRequest[];
  policies?: PoliciesRequest;
  providerOptions?: Record<string, unknown>;
  protect?: boolean;
  ttl?: string;
};

/** A credential as the resolution needs it: looked up by the caller, never holding a secret. */
export type CredentialFacts = {
  id: Id<'cr'>;
  name: string;
  cloud: Cloud;
  /** The account, subscription or project behind it: two credentials of one account may replace each other. */
  account: string;
};

/** A pool of nodes as stored. */
export type NodePool = {
  name: string;
  /** The provider's machine type. */
  machineType: string;
  count: { min: number; max: number };
  spot: boolean;
  zones: string[];
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: TaintEffect }[];
  accelerator?: { type: string; count: number };
  /** What was asked for in place of a machine type; keeps the choice sticky. */
  machine?: MachineRequest;
};

/** The ranges of a cluster. */
export type ClusterNetwork = {
  nodeCidr: string;
  podCidr: string;
  serviceCidr: string;
  /** GKE only. */
  controlPlaneCidr?: string;
};

/** A resolved cluster whose ranges are not all known yet. */
export type ClusterDraft = {
  schemaVersion: 1;
  name: string;
  provider: BuiltProvider;
  region: string;
  zones: string[];
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
  access: { private: boolean; public: boolean; allowedCidrs: string[] };
  /** Ranges that the user gave or that an earlier resolution reserved. */
  network: Partial<ClusterNetwork>;
  nodePools: NodePool[];
  protect: boolean;
};

/** A cluster's desired spec as stored: everything decided. */
export type ResolvedCluster = Omit<ClusterDraft, 'network'> & { network: ClusterNetwork };
