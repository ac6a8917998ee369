// Starts the operation that brings a change about: planned, with its input frozen, and lined up on its resource.

import { FleetyardError } from '../domain/errors.ts';
import type { OperationInput } from '../domain/operation-input.ts';
import { isServedBy, type OperationKind, planSteps } from '../domain/operation-kinds.ts';
import type { ResourceKind } from '../domain/operation.ts';
import { isId } from '../domain/ids.ts';
import { laterLayers, type Layer } from '../domain/layers.ts';
import { judgeStanding, type Standing } from '../domain/standing.ts';
import type { StepSubject } from '../domain/steps.ts';
import { listWaysOut } from '../domain/ways-out.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import { insertOperation, type NewOperation } from '../store/insert-operation.ts';
import type { PlacementRow } from '../store/placements.ts';
import { listTellingOperations, type OperationRow } from '../store/operations.ts';
import { listLacking } from '../store/stacks.ts';
import type { Author, Change } from './change.ts';

/** How a removal meets what it can't take down. */
export type RemovalOptions = { force?: boolean; releaseRanges?: boolean };

type ClusterWork = { kind: OperationKind; touched: readonly Layer[]; parentId: string | null } & RemovalOptions;

/** Starts an operation of a cluster that touches some of its layers; for one that takes them down, those that may be there. */
export function startClusterOperation(change: Change, row: ClusterRow, work: ClusterWork): Promise<OperationRow> {
  return insertOperation(change.tx, signOperation(planClusterOperation(row, work), change.actor));
}

/** The operation of a cluster as it is inserted, for whoever inserts several at a time. */
export function planClusterOperation(
  row: Pick<ClusterRow, 'id' | 'generation' | 'spec' | 'credentialId' | 'federationId' | 'simulated'>,
  { kind, touched, parentId, ...removal }: ClusterWork,
): NewOperation {
  const { spec, credentialId, federationId, simulated } = row;
  const input: OperationInput = { v: 1, resource: 'cluster', spec, credentialId, federationId, simulated, ...removal };
  const { force = false } = removal;
  return planOperation(row, { kind, input, parentId, subject: { ...describeCluster(row, touched), force } });
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

/** Starts an operation of a placement; it takes the hub of its federation. */
export function startPlacementOperation(
  change: Change,
  { row, federation }: { row: PlacementRow; federation: Pick<FederationRow, 'engine' | 'hubCredentialId'> },
  { kind, parentId, ...removal }: { kind: OperationKind; parentId: string | null } & Pick<RemovalOptions, 'force'>,
): Promise<OperationRow> {
  const { document, federationId } = row;
  const { engine, hubCredentialId } = federation;
  const at = { federationId, engine, hubCredentialId };
  const input: OperationInput = { v: 1, resource: 'placement', document, ...at, ...removal };
  return start(change, row, { kind, input, parentId, subject: { kind: 'placement', ...removal } });
}

/** How a resource stands, with the newest operation that says so. */
export type Stand = { standing: Standing; newest: OperationRow | undefined };

type Standable = { id: string; generation: number; observedGeneration: number };

/** How live resources stand, by id. A cluster that was made before one of today's layers was thought of is not as it should be. */
export async function listStands({ tx }: Pick<Change, 'tx'>, rows: readonly Standable[]): Promise<Map<string, Stand>> {
  const newest = await listTellingOperations(
    tx,
    rows.map(({ id }) => id),
  );
  const judged = rows.map((row) => ({ id: row.id, standing: judgeStanding(row, newest.get(row.id)) }));
  const settled = judged.filter(({ id, standing }) => standing === 'as-desired' && isId(id, 'cl'));
  const lacking = await listLacking(
    tx,
    settled.map(({ id }) => id),
    laterLayers,
  );
  return new Map(
    judged.map(({ id, standing }) => [id, { standing: lacking.has(id) ? 'astray' : standing, newest: newest.get(id) }]),
  );
}

/** How a live resource stands. */
export async function getStand(change: Pick<Change, 'tx'>, row: Standable): Promise<Stand> {
  const stand = (await listStands(change, [row])).get(row.id);
  if (stand === undefined) throw new FleetyardError('internal', `Nothing is known of "${row.id}".`);
  return stand;
}

/** The removal of a resource that is under way, and will not be cancelled. */
async function findRemoval(change: Change, row: Standable): Promise<OperationRow | undefined> {
  const { standing, newest } = await getStand(change, row);
  return standing === 'leaving' ? newest : undefined;
}

/** Throws `conflict`, with what leads out, while a resource may be on its way out. */
export function refuseLeaving(
  kind: ResourceKind,
  { id, name }: { id: string; name: string },
  { standing, newest }: Stand,
): void {
  if (standing !== 'leaving' && standing !== 'staying') return;
  const way = standing === 'leaving' ? 'Cancel that first' : 'That is being cancelled; wait for its end';
  const wayOut = newest === undefined ? [] : listWaysOut({ resource: { kind, id }, operation: newest });
  throw new FleetyardError('conflict', `The ${kind} "${name}" is being deleted. ${way}.`, { wayOut });
}

/** The removal that is under way and does all that is asked for. One that is being cancelled does nothing any more. */
export async function findSufficientRemoval(
  change: Change,
  row: Standable,
  { kind, force = false }: { kind: OperationKind; force?: boolean },
): Promise<OperationRow | undefined> {
  const underWay = await findRemoval(change, row);
  if (underWay === undefined) return undefined;
  const { input } = underWay;
  return isServedBy({ kind, force }, { kind: underWay.kind, force: input.force === true }) ? underWay : undefined;
}

function describeCluster(
  { federationId }: Pick<ClusterRow, 'federationId'>,
  touched: readonly Layer[],
): Extract<StepSubject, { kind: 'cluster' }> {
  return { kind: 'cluster', federated: federationId !== null, touched };
}

type Start = { kind: OperationKind; input: OperationInput; parentId: string | null; subject: StepSubject };

function start({ tx, actor }: Change, row: { id: string; generation: number }, plan: Start): Promise<OperationRow> {
  return insertOperation(tx, signOperation(planOperation(row, plan), actor));
}

/** The operation as it is stored for whoever asked for it. */
export function signOperation(operation: NewOperation, { id, trace }: Author): NewOperation {
  const { input } = operation;
  return { ...operation, createdBy: id, input: trace === undefined ? input : { ...input, trace } };
}

function planOperation(
  { id, generation }: { id: string; generation: number },
  { kind, input, parentId, subject }: Start,
): NewOperation {
  const steps = planSteps(kind, subject);
  return { resourceKind: input.resource, resourceId: id, kind, generation, input, steps, parentId };
}
