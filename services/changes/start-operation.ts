// Starts the operation that brings a change about: planned, with its input frozen, and lined up on its resource.

import type { OperationInput } from '../domain/operation-input.ts';
import { type OperationKind, operationKinds, planSteps } from '../domain/operation-kinds.ts';
import { isSettled } from '../domain/operation.ts';
import type { StepSubject } from '../domain/steps.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { findLatestOperation, type OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import type { Layer } from '../domain/layers.ts';

/** How a removal meets what it can't take down. */
export type RemovalOptions = { force?: boolean; releaseRanges?: boolean };

/** Starts an operation of a cluster that touches some of its layers; for one that takes them down, those that may be there. */
export function startClusterOperation(
  change: Change,
  row: ClusterRow,
  {
    kind,
    touched,
    parentId,
    ...removal
  }: { kind: OperationKind; touched: readonly Layer[]; parentId: string | null } & RemovalOptions,
): Promise<OperationRow> {
  const { spec, credentialId, federationId, simulated } = row;
  const input: OperationInput = { v: 1, resource: 'cluster', spec, credentialId, federationId, simulated, ...removal };
  const { force = false } = removal;
  return start(change, row, { kind, input, parentId, subject: { ...describeCluster(row, touched), force } });
}

/** Whether an operation of a cluster would have anything to do. */
export function hasSteps(kind: OperationKind, row: ClusterRow, touched: readonly Layer[]): boolean {
  return planSteps(kind, describeCluster(row, touched)).length > 0;
}

/** Starts an operation of a fleet, which waits for those that are started as its children. */
export function startFleetOperation(
  change: Change,
  row: FleetRow,
  kind: OperationKind,
  removal: Pick<RemovalOptions, 'force'> = {},
): Promise<OperationRow> {
  const input: OperationInput = { v: 1, resource: 'fleet', spec: row.spec, ...removal };
  return start(change, row, { kind, input, parentId: null, subject: { kind: 'fleet' } });
}

/** Starts an operation of a federation. */
export function startFederationOperation(
  change: Change,
  row: FederationRow,
  { kind, parentId, ...removal }: { kind: OperationKind; parentId: string | null } & Pick<RemovalOptions, 'force'>,
): Promise<OperationRow> {
  const { engine, hubCredentialId } = row;
  const input: OperationInput = { v: 1, resource: 'federation', engine, hubCredentialId, ...removal };
  return start(change, row, { kind, input, parentId, subject: { kind: 'federation', ...removal } });
}

/** What is being done about removing a resource. */
export type Removal = 'none' | 'under-way' | 'failed';

/** Whether the last thing asked of a resource was its removal, and whether that is still under way. */
export function judgeRemoval(latest: Pick<OperationRow, 'kind' | 'state'> | undefined): Removal {
  if (latest === undefined || operationKinds[latest.kind].settles !== 'tombstone') return 'none';
  return isSettled(latest.state) ? 'failed' : 'under-way';
}

/** The removal of a resource that is under way. */
export async function findRemoval({ tx }: Change, resourceId: string): Promise<OperationRow | undefined> {
  const latest = await findLatestOperation(tx, resourceId);
  return judgeRemoval(latest) === 'under-way' ? latest : undefined;
}

/**
 * The removal that is under way and does all that is asked for: letting go of everything does, and a forced one does what a plain one
 * would.
 */
export async function findSufficientRemoval(
  change: Change,
  resourceId: string,
  { kind, force = false }: { kind: 'delete' | 'abandon'; force?: boolean },
): Promise<OperationRow | undefined> {
  const underWay = await findRemoval(change, resourceId);
  if (underWay === undefined || underWay.kind === 'abandon') return underWay;
  return kind === 'delete' && (!force || underWay.input.force === true) ? underWay : undefined;
}

function describeCluster(
  { federationId }: ClusterRow,
  touched: readonly Layer[],
): Extract<StepSubject, { kind: 'cluster' }> {
  return { kind: 'cluster', federated: federationId !== null, touched };
}

type Start = { kind: OperationKind; input: OperationInput; parentId: string | null; subject: StepSubject };

function start(
  { tx, actor }: Change,
  row: { id: string; generation: number },
  { kind, input, parentId, subject }: Start,
): Promise<OperationRow> {
  return insertOperation(tx, {
    resourceKind: input.resource,
    resourceId: row.id,
    kind,
    generation: row.generation,
    input,
    steps: planSteps(kind, subject),
    parentId,
    createdBy: actor.id,
  });
}
