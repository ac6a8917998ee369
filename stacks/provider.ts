// What a kind of cluster brings: one folder under clusters/ that fills this interface, and one row in the registry.

import type { Adoption, AdoptionContext, CreateLookUpProgram, PendingCreate } from './adoption.ts';
import type { BaseInputs, ClusterInputs, Program, ProviderLayer, ProviderProgram } from './contract.ts';
import type { DeployedResource } from './deployed-resources.ts';

/** Loads the program of a layer, and with it the SDK, which costs memory and a second or so: a runner needs one of them. */
export type ProgramLoader<P> = () => Promise<P>;

/** How a stack is put right after a runner that did not end in order. */
export type StackRecovery = {
  /** Tells how to find the resource of a pending create; throws for a type that no program of the stack makes. */
  planAdoption: (pending: PendingCreate, context: AdoptionContext) => Adoption;
  /** Asks the cloud for the ids that no name gives away; present when an adoption may be a look-up. */
  loadLookUp?: () => Promise<CreateLookUpProgram>;
  /** Where resources are given tags or labels, and where else they show what they carry: it tells ours from somebody else's. */
  tagProperties: { given: readonly string[]; shown: readonly string[] };
  /** Whether the cloud is still making an adopted resource, on which nothing may build yet. */
  isUnfinished: (resource: DeployedResource) => boolean;
};

/** A layer that is the same whoever runs the cluster: one folder that fills this, and one row in the registry. */
export type SharedLayer<Inputs extends BaseInputs, Outputs> = {
  load: ProgramLoader<Program<Inputs, Outputs>>;
  recovery: StackRecovery;
};

/** One provider of clusters. */
export type ClusterProvider = {
  programs: { [L in ProviderLayer]: ProgramLoader<ProviderProgram<L>> };
  recovery: StackRecovery;
  /**
   * The cluster's inputs with what only its state knows, such as how many nodes an autoscaler chose. Without a cluster in
   * the state the inputs stay as they are.
   */
  completeInputs: (inputs: ClusterInputs, resources: readonly DeployedResource[]) => ClusterInputs;
};
