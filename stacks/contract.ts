// What the services hand to a provider's programs and what each of them must hand back. A shared layer has a contract of its own.

/** Who a stack belongs to. Names and tags are functions of these values alone. */
export type StackIdentity = {
  /** Project id, `pr_…`. */
  project: string;
  /** Cluster id, `cl_…`. */
  cluster: string;
  /** The cluster's name, as the user wrote it. */
  clusterName: string;
  /** The operation that created the cluster, `op_…`; stable for the cluster's life, or each update would retag everything. */
  operation: string;
  /** The user's own tags. */
  tags: Record<string, string>;
};

/** The public part of a cloud account; never a secret. */
export type CloudAccount = {
  /** AWS account, 12 digits. */
  accountId?: string;
  /** Azure subscription, a UUID. */
  subscriptionId?: string;
  /** Entra tenant, a UUID. */
  tenantId?: string;
  /** Google Cloud project id. */
  project?: string;
};

/** What every layer gets. */
export type BaseInputs = {
  identity: StackIdentity;
  account: CloudAccount;
  region: string;
  /** Availability zones in the provider's spelling (`eu-central-1a`, `1`, `europe-west1-b`); at least two, three where the region has them. */
  zones: string[];
};

export type NetworkInputs = BaseInputs & {
  /** Range of the VPC or of the nodes' subnet. */
  nodeCidr: string;
  /** Pods' range: a secondary VPC block (EKS), the overlay (AKS), a secondary range of the subnet (GKE). */
  podCidr: string;
  serviceCidr: string;
  /** GKE only: the control plane's /28. */
  controlPlaneCidr?: string;
};

/** A subnet of the network; `zone` is null where a subnet spans the region. */
export type SubnetOutput = { id: string; zone: string | null; cidr: string };

export type NetworkOutputs = {
  /** VPC id, virtual network id or network self link. */
  networkId: string;
  /** What encloses the network: the account (AWS), the resource group's name (Azure), the project (Google). */
  scope: string;
  nodeSubnets: SubnetOutput[];
  /** Subnets that pods take addresses from; empty where pods use an overlay. */
  podSubnets: SubnetOutput[];
  /** Names of the secondary ranges (GKE); null elsewhere. */
  secondaryRanges: { pods: string; services: string } | null;
  /** Public addresses that the nodes' egress comes from. */
  egressIps: string[];
};

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

export type NodePoolInputs = {
  name: string;
  /** The provider's machine type, resolved by the catalogue. */
  machineType: string;
  /** Nodes of the whole pool over all its zones. */
  count: { min: number; max: number };
  /**
   * Nodes that run now, which `completeInputs` reads from the state. With it an update keeps what an autoscaler
   * chose, within min and max; without it the program leaves the running count of an autoscaled pool alone, and a
   * minimum above that count is refused by the cloud.
   */
  currentCount?: number;
  spot: boolean;
  zones: string[];
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: TaintEffect }[];
  /** Present when the machine carries accelerators; `type` is the catalogue's name, such as `nvidia-l4`. */
  accelerator?: { type: string; count: number };
};

export type AccessInputs = {
  /** Reach the API server from inside the network. */
  private: boolean;
  /** Reach the API server from the internet, within `allowedCidrs`. */
  public: boolean;
  /** Empty means everywhere. */
  allowedCidrs: string[];
};

export type ClusterInputs = BaseInputs & {
  /** The version in the provider's spelling: `1.35` on EKS and as prefix on GKE, `1.35.2` on AKS. */
  kubernetesVersion: string;
  access: AccessInputs;
  nodePools: NodePoolInputs[];
  network: NetworkOutputs;
  podCidr: string;
  serviceCidr: string;
  /** GKE only. */
  controlPlaneCidr?: string;
  /**
   * AKS only: the pool that stands inside the cluster resource and can never go, which `completeInputs` reads
   * from the state. Absent at the first `up`, where the first pool without spot machines is taken.
   */
  systemPool?: string;
};

export type ClusterOutputs = {
  /** The cluster's name at the provider. */
  physicalName: string;
  /** URL of the API server. */
  endpoint: string;
  /** Base64 of the PEM bundle that signs the API server's certificate; empty when it is publicly trusted. */
  certificateAuthority: string;
  /** Issuer of workload identity tokens. */
  oidcIssuer: string;
  /** What runs, as the provider reports it. */
  kubernetesVersion: string;
  /** Pool name to the provider's id of the pool. */
  nodePools: Record<string, string>;
  /** Name of the pool that cannot be removed (AKS); null where every pool can. */
  systemPool: string | null;
};

/** Inputs of the layers that each provider makes in its own way. */
export type ProviderInputs = { network: NetworkInputs; cluster: ClusterInputs };

/** Outputs of the layers that each provider makes in its own way. */
export type ProviderOutputs = { network: NetworkOutputs; cluster: ClusterOutputs };

/** A layer that each provider makes in its own way. */
export type ProviderLayer = keyof ProviderInputs;

/** A program: creates every resource synchronously and returns the layer's outputs, each value possibly a Pulumi output. */
export type Program<Inputs extends BaseInputs, Outputs> = (inputs: Inputs) => Promise<Record<keyof Outputs, unknown>>;

/** A provider's program of one layer. */
export type ProviderProgram<L extends ProviderLayer> = Program<ProviderInputs[L], ProviderOutputs[L]>;
