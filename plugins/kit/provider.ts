// What a provider plugin of ours implements: calls with plain values, and the failures that mean something to the engine.
import type { Diff } from './diff.ts';
import type { Properties, PropertyPath } from './values.ts';

/** A property that Check refuses. */
export type CheckFailure = { property: string; reason: string };

/** Inputs as the provider completed them, and what is wrong with them. */
export type Checked = {
  inputs: Properties;
  failures: CheckFailure[];
  /** Places to be secret besides those that already are. */
  secrets?: PropertyPath[];
};

/** What every call about a resource carries. */
export type ResourceCall = {
  urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  type: string;
  /** Logical name. */
  name: string;
  /** Aborted when the engine asks to cancel, or goes. */
  signal: AbortSignal;
};

/** A resource as the provider knows it after a call. */
export type ResourceState = {
  id: string;
  outputs: Properties;
  /** Outputs to be secret besides those whose inputs are: a property, or a place inside one. */
  secrets?: (string | PropertyPath)[];
  /** Inputs as they would be written today; only Read returns them. */
  inputs?: Properties;
  /** Places in these inputs to be secret besides those that already are. */
  inputSecrets?: PropertyPath[];
};

/** The places in a resource's outputs that its provider calls secret. */
export function listSecrets({ secrets = [] }: ResourceState): PropertyPath[] {
  return secrets.map((place) => (typeof place === 'string' ? [place] : place));
}

export type CheckCall = ResourceCall & {
  olds: Properties;
  news: Properties;
  /** What the engine would call the resource; empty when it leaves that to the provider. */
  proposedName: string;
  /** The stack wants every name to be given by its program. */
  namesRequired: boolean;
};
export type DiffCall = ResourceCall & {
  id: string;
  state: Properties;
  olds: Properties;
  news: Properties;
  ignoreChanges: string[];
};
export type CreateCall = ResourceCall & {
  inputs: Properties;
  /** Where the inputs are secret. */
  secrets: PropertyPath[];
  timeoutSeconds: number;
  preview: boolean;
};
export type ReadCall = ResourceCall & {
  id: string;
  state: Properties;
  inputs: Properties;
  /** Where the inputs are secret. */
  secrets: PropertyPath[];
};
export type UpdateCall = ResourceCall & {
  id: string;
  state: Properties;
  olds: Properties;
  news: Properties;
  /** Where the new inputs are secret. */
  secrets: PropertyPath[];
  ignoreChanges: string[];
  timeoutSeconds: number;
  preview: boolean;
};
export type DeleteCall = ResourceCall & { id: string; state: Properties; inputs: Properties; timeoutSeconds: number };
export type InvokeCall = { token: string; args: Properties; preview: boolean; signal: AbortSignal };

/** A provider of resources. The kit does the protocol: secrets, unknown values, previews, failures, life and death. */
export type Provider = {
  name: string;
  version: string;
  checkConfig?(config: Properties): Promise<Checked>;
  /** Says which changes of the configuration need every resource to be made anew; none, when it is missing. */
  diffConfig?(olds: Properties, news: Properties): Promise<Diff>;
  configure?(config: Properties): Promise<void>;
  check(call: CheckCall): Promise<Checked>;
  diff(call: DiffCall): Promise<Diff>;
  create(call: CreateCall): Promise<ResourceState>;
  /** Returns nothing when the resource is gone. */
  read(call: ReadCall): Promise<ResourceState | undefined>;
  update(call: UpdateCall): Promise<ResourceState>;
  delete(call: DeleteCall): Promise<void>;
  invoke?(call: InvokeCall): Promise<{ result: Properties; failures?: CheckFailure[] }>;
};

/** The resource exists but is not in order; the engine keeps it in its state and reports the reasons. */
export class PartialCreationError extends Error {
  readonly state: ResourceState;
  readonly reasons: string[];
  /** Places that the kit found secret in the inputs, and so are in the outputs. */
  inheritedSecrets: PropertyPath[] = [];

  constructor(message: string, state: ResourceState, reasons: string[] = [message]) {
    super(message);
    this.name = 'PartialCreationError';
    this.state = state;
    this.reasons = reasons;
  }
}
