// What the engine reads of a stack's deployment, as Pulumi exports it.

/** A part of a Pulumi deployment (version 3) that the engine's own state keeping reads. */
export type Deployment = {
  version: number;
  deployment: {
    resources?: StateResource[];
    pending_operations?: { resource: StateResource; type: string }[];
    [key: string]: unknown;
  };
};

/** A resource of a deployment. */
export type StateResource = {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** Replaced already; it goes with the next update. */
  delete?: boolean;
  /** Deleted already, and to be made anew. */
  pendingReplacement?: boolean;
  [key: string]: unknown;
};
