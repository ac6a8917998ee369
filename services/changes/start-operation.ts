// Starts the operation that brings a change about: planned, with its input frozen, and lined up on its resource.

import { FleetyardError } from '../domain/errors.ts';
import type { OperationInput } from '../domain/operation-input.ts';
import { type OperationKind, planSteps } from '../domain/operation-kinds.ts';
import type { ResourceKind } from '../domain/operation.ts';
import { judgeStanding, type Standing } from '../domain/standing.ts';
import type { StepSubject } from '../domain/steps.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { listTellingOperations, type OperationRow } from '../store/operations.ts';
import type { Change } from './change.ts';
import type { Layer } from '../domain/layers.ts';

/** Starts an operation of a cluster that touches some of its layers; for one that takes them down, those that may be there. */
export function startClusterOperation(
  change: Change,
  row: ClusterRow,
  { kind, touched, parentId }: { kind: OperationKind; touched: readonly Layer[]; parentId: string | null },
): Promise<OperationRow> {
  const { spec, credentialId, federationId, simulated } = row;
  const input: OperationInput = { v: 1, resource: 'cluster', spec, credentialId, federationId, simulated };
  return start(change, row, { kind, input, parentId, subject: describeCluster(row, touched) });
}

/** Whether an operation of a cluster would have anything to do. */
export function hasSteps(kind: OperationKind, row: ClusterRow, touched: readonly Layer[]): boolean {
  return planSteps(kind, describeCluster(row, touched)).length > 0;
}

/** Starts an operation of a fleet, which waits for those that are started as its children. */
export function startFleetOperation(change: Change, row: FleetRow, kind: OperationKind): Promise<OperationRow> {
  const input: OperationInput = { v: 1, resource: 'fleet', spec: row.spec };
  return start(change, row, { kind, input, parentId: null, subject: { kind: 'fleet' } });
}

/** Starts an operation of a federation. */
export function startFederationOperation(
  change: Change,
  row: FederationRow,
  { kind, parentId }: { kind: OperationKind; parentId: string | null },
): Promise<OperationRow> {
  const { engine, hubCredentialId } = row;
  const input: OperationInput = { v: 1, resource: 'federation', engine, hubCredentialId };
  return start(change, row, { kind, input, parentId, subject: { kind: 'federation' } });
}

/** How a resource stands, with the newest operation that says so. */
export type Stand = { standing: Standing; newest: OperationRow | undefined };

type Standable = { id: string; generation: number; observedGeneration: number };

/** How live resources stand, by id. */
export async function listStands({ tx }: Change, rows: readonly Standable[]): Promise<Map<string, Stand>> {
  const newest = await listTellingOperations(
    tx,
    rows.map(({ id }) => id),
  );
  return new Map(
    rows.map((row) => [row.id, { standing: judgeStanding(row, newest.get(row.id)), newest: newest.get(row.id) }]),
  );
}

/** How a live resource stands. */
export async function getStand(change: Change, row: Standable): Promise<Stand> {
  const stand = (await listStands(change, [row])).get(row.id);
  if (stand === undefined) throw new FleetyardError('internal', `Nothing is known of "${row.id}".`);
  return stand;
}

/** The removal of a resource that is under way, and will not be cancelled. */
export async function findRemoval(change: Change, row: Standable): Promise<OperationRow | undefined> {
  const { standing, newest } = await getStand(change, row);
  return standing === 'leaving' ? newest : undefined;
}

/** Throws `conflict`, with what leads out, while a resource may be on its way out. */
export function refuseLeaving(kind: ResourceKind, { name }: { name: string }, { standing, newest }: Stand): void {
  if (standing !== 'leaving' && standing !== 'staying') return;
  const way =
    standing === 'leaving'
      ? `Cancel that first: POST /v1/operations/${newest?.id}/cancel`
      : `That is being cancelled; wait for its end: GET /v1/operations/${newest?.id}/events`;
  throw new FleetyardError('conflict', `The ${kind} "${name}" is being deleted. ${way}.`);
}

function describeCluster({ federationId }: ClusterRow, touched: readonly Layer[]): StepSubject {
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
