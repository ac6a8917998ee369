// A resource of a simulated account, as the ledger keeps it.

/** Plain JSON properties. Rules read them loosely, for the schema has checked their shapes. */
export type Values = Record<string, unknown>;

/** Where a resource is in its life. */
export type ResourceState = 'creating' | 'ready' | 'failed' | 'updating' | 'deleting';

/** What names a resource. */
export type ResourceKey = { account: string; type: string; id: string };

/** A resource of an account. */
export type Resource = ResourceKey & {
  name: string;
  region: string;
  state: ResourceState;
  inputs: Values;
  outputs: Values;
  urn: string;
  createdAt: string;
  updatedAt: string;
  /** Made by the cloud itself, such as a namespace `kube-system`; not listed as the user's. */
  system: boolean;
  /** The id of its control plane, from the first moment on, open or not; null for what has none. */
  controlPlane: string | null;
};
