// What an operation was asked for, frozen when it was inserted: written by changes, read by the worker.

import type { ResolvedCluster } from './cluster-spec.ts';
import { FleetyardError } from './errors.ts';
import type { FederationEngine, ResolvedFleet } from './fleet-spec.ts';
import type { PlacementDocument } from './placements/placement-document.ts';
import type { ResourceKind } from './operation.ts';

/** By what the operation works on. */
type Inputs = {
  cluster: {
    spec: ResolvedCluster;
    credentialId: string;
    federationId: string | null;
    simulated: boolean;
    /** Of what is let go of: free the ranges although something that stands may use them. */
    releaseRanges?: boolean;
  } & Forced;
  fleet: { spec: ResolvedFleet } & Forced;
  federation: { engine: FederationEngine; hubCredentialId: string } & Forced;
  placement: {
    document: PlacementDocument;
    federationId: string;
    engine: FederationEngine;
    hubCredentialId: string;
  } & Forced;
};

/** A deletion that goes on past what fails; its steps say so to the worker. */
type Forced = { force?: boolean };

/** The trace that the operation belongs to, as a `traceparent`; whoever runs it, and however often, tells of it there. */
type Traced = { trace?: string };

/** The input of an operation; `v` is the version of this shape. */
export type OperationInput = {
  [Kind in ResourceKind]: { v: 1; resource: Kind } & Inputs[Kind] & Traced;
}[ResourceKind];

/** The input of an operation on one kind of resource. */
export type InputOf<Kind extends ResourceKind> = Extract<OperationInput, { resource: Kind }>;

/** An input as it was written before inputs had versions; its shape is that of version 1. */
type UnversionedInput = Inputs[ResourceKind] & { v?: undefined; resource?: undefined; trace?: undefined };

/** An input as it is stored. */
export type StoredInput = OperationInput | UnversionedInput;

/**
 * The input of an operation on the kind of resource that the caller works on. Throws `internal` when a newer program wrote it, or
 * when it is about something else: to guess would be to build the wrong thing.
 */
export function readOperationInput<Kind extends ResourceKind>(
  { id, resourceKind, input: stored }: { id: string; resourceKind: ResourceKind; input: StoredInput },
  resource: Kind,
): InputOf<Kind> {
  const { v = 0 }: { v?: number } = stored;
  if (v !== 0 && v !== 1) {
    throw new FleetyardError('internal', `The input of operation "${id}" has version ${v}; this program knows 1.`);
  }
  const input = { resource: resourceKind, ...stored, v: 1 } as OperationInput;
  if (isAbout(input, resource)) return input;
  throw new FleetyardError(
    'internal',
    `The input of operation "${id}" is about a ${input.resource}, not a ${resource}.`,
  );
}

function isAbout<Kind extends ResourceKind>(input: OperationInput, resource: Kind): input is InputOf<Kind> {
  return input.resource === resource;
}
