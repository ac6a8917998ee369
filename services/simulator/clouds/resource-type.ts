// What a resource type of a simulated cloud is: data and a few rules, which the daemon applies the same way to all.
import type { SimulatedAccount } from '../../domain/simulated-account.ts';
import type { Resource, Values } from '../ledger/resource.ts';
import type { QuotaUse } from '../ledger/quotas.ts';
import type { CloudError } from './cloud-error.ts';
import type { Principal, PrincipalQuery } from './principal.ts';
import type { ControlPlane, ControlPlaneRule, NodePoolRule } from './control-plane.ts';
import type { ShapeFault } from './schemas/schema.ts';

/** What rules may ask while they judge one call. */
export type CloudContext = {
  account: string;
  identity: SimulatedAccount;
  region: string;
  /** The provider's configuration. */
  config: Values;
  urn: string;
  logicalName: string;
  now: Date;
  find(type: string, id: string): Resource | undefined;
  list(type: string): Resource[];
  /** Changes outputs of another resource, such as a network that gets a subnet. */
  patch(resource: Resource, outputs: Values): void;
  /** Removes a resource that goes with its parent. */
  cascade(resource: Resource): void;
  /** The control plane of a cluster, once it is open. */
  findControlPlane(cluster: Resource): ControlPlane | undefined;
};

/** A new resource. */
export type Created = { id: string; name: string; region?: string; outputs: Values };

/** Real time that a call takes at the cloud, in seconds; the daemon scales it. */
export type Durations = { create?: number; update?: number; delete?: number };

/** A resource type. */
export type ResourceType = {
  token: string;
  /** Properties, also nested (`vpcConfig.subnetIds`), whose change needs a new resource. */
  replaceOn: string[];
  /** The name is fixed, so that old and new cannot stand together. */
  deleteBeforeReplace?: boolean;
  /** The input that is made up when the program leaves it out. */
  autoName?: string;
  /** The cloud keeps it for ever: a deletion only takes it off the list, and its name stays taken. */
  neverDeleted?: boolean;
  /** An import waits until the cloud has made the resource, as the real plugin's does; a plain read does not. */
  importWaits?: boolean;
  /** Output properties to be kept secret. */
  secretOutputs?: string[];
  seconds: Durations;
  /** Rules that need nothing but the inputs; also applied in previews. */
  validate?(inputs: Values): { property: string; reason: string }[];
  quotas?(context: CloudContext, inputs: Values): QuotaUse[];
  /** Judges the call against the account and says what is made. */
  create(context: CloudContext, inputs: Values): Created;
  /** Outputs until the creation has ended, over those of `create`. */
  whileCreating?: Values;
  update?(context: CloudContext, resource: Resource, inputs: Values): Values;
  /** Refuses a deletion, or takes along what goes with the resource. */
  remove?(context: CloudContext, resource: Resource): void;
  /** The id that an import of the resource takes, where it is not the id itself. */
  importId?(resource: Resource): string;
  /** Clusters: the control plane that the daemon is to open, upgrade and close along with the resource. */
  controlPlane?: ControlPlaneRule;
  /** Pools: the nodes that the cluster's control plane is to have. */
  nodePool?: NodePoolRule;
  /** The error of a cloud without capacity; types that need none cannot run out of it. */
  capacity?(inputs: Values): CloudError;
};

/** What a cloud says where its resource types do not differ. */
export type Cloud = {
  /** The plugin's name, `aws`. */
  name: 'aws' | 'azure-native' | 'gcp';
  types: ResourceType[];
  invokes: Record<string, (context: CloudContext, args: Values) => Values>;
  /** Whose token it is at the API server of one of its clusters; undefined for somebody who is not let in. */
  findPrincipal(query: PrincipalQuery): Principal | undefined;
  describeFault(fault: ShapeFault, token: string): { property: string; reason: string };
  throttle(type: ResourceType, action: string): CloudError;
  lost(type: ResourceType, name: string): CloudError;
  busy(resource: Resource): CloudError;
  gone(resource: { type: string; id: string }): CloudError;
};
