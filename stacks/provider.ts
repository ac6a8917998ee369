// What a kind of cluster brings: one folder under clusters/ that fills this interface, and one row in the registry.

import type { Adoption, AdoptionContext, CreateLookUpProgram, PendingCreate } from './adoption.ts';
import type { ClusterInputs, Layer, LayerProgram } from './contract.ts';
import type { DeployedResource } from './deployed-resources.ts';

/** Loads the program of a layer, and with it the SDK, which costs memory and a second or so: a runner needs one of them. */
export type ProgramLoader<L extends Layer> = () => Promise<LayerProgram<L>>;

/** Layers whose program is the same whoever runs the cluster. */
export type SharedLayer = 'membership';

/** Layers that each provider makes in its own way. */
export type ProviderLayer = Exclude<Layer, SharedLayer>;

/** How a stack is put right after a runner that did not end in order. */
export type StackRecovery = {
  /** Tells how to find the resource of a pending create; throws for a type that no program of the stack makes. */
  planAdoption: (pending: PendingCreate, context: AdoptionContext) => Adoption;
  /** Asks the cloud for the ids that no name gives away; present when an adoption may be a look-up. */
  loadLookUp?: () => Promise<CreateLookUpProgram>;
  /** Whether the cloud is still making an adopted resource, on which nothing may build yet. */
  isUnfinished: (resource: DeployedResource) => boolean;
};

/** One provider of clusters. */
export type ClusterProvider = {
  programs: { [L in ProviderLayer]: ProgramLoader<L> };
  recovery: StackRecovery;
  /**
   * The cluster's inputs with what only its state knows, such as how many nodes an autoscaler chose. Without a cluster in
   * the state the inputs stay as they are.
   */
  completeInputs: (inputs: ClusterInputs, resources: readonly DeployedResource[]) => ClusterInputs;
};
