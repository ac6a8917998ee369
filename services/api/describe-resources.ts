// How clusters, fleets, federations and operations are shown.

import type { Schemas } from '../contract/schemas.ts';
import { readDocument } from '../domain/cluster-document.ts';
import { describePlace } from '../domain/managed-cluster.ts';
import { isSettled } from '../domain/operation.ts';
import type { ClusterRow } from '../store/clusters.ts';
import type { EventRow } from '../store/events.ts';
import type { FederationRow } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import type { OperationRow } from '../store/operations.ts';
import type { Waiting } from '../store/queue-position.ts';
import type { PlacementRow } from '../store/placements.ts';
import type { PlacedEvent } from '../store/project-events.ts';
import type { StepRow } from '../store/steps.ts';

/** The newest operation of each resource, by resource id. */
export type LatestOperations = ReadonlyMap<string, Pick<OperationRow, 'id' | 'state'>>;

/** A cluster. */
export function describeCluster(row: ClusterRow, latest: LatestOperations): Schemas['Cluster'] {
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    region: describePlace(row.spec),
    kubernetesVersion: row.spec.kubernetesVersion,
    credential: row.credentialId,
    simulated: row.simulated,
    fleet: row.fleetId,
    federation: row.federationId,
    phase: row.phase,
    protect: row.protect,
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    document: describeDocument(row),
    spec: row.spec,
    status: row.status,
    operation: findOpen(latest, row.id),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function describeDocument({ fleetId, document, spec, federationId }: ClusterRow): Schemas['Cluster']['document'] {
  return fleetId === null ? (document ?? readDocument(spec, federationId) ?? null) : null;
}

/** A fleet with its members and placements. */
export function describeFleet(
  row: FleetRow,
  { members, placements }: { members: readonly ClusterRow[]; placements: readonly PlacementRow[] },
  latest: LatestOperations,
): Schemas['Fleet'] {
  return {
    id: row.id,
    name: row.name,
    generation: row.generation,
    phase: row.phase,
    federation: row.federationId,
    addressSpace: row.addressSpaceId,
    document: row.document as Schemas['FleetRequest'],
    clusters: members.map((member) => ({
      id: member.id,
      name: member.name,
      provider: member.provider,
      region: describePlace(member.spec),
      phase: member.phase,
      managed: row.spec.clusters.includes(member.name),
      operation: findOpen(latest, member.id),
    })),
    placements: placements.map(({ id, name, phase }) => ({
      id,
      name,
      phase,
      managed: isNamed(row, name),
      operation: findOpen(latest, id),
    })),
    operation: findOpen(latest, row.id),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function isNamed({ document }: FleetRow, placement: string): boolean {
  return ((document as Schemas['FleetRequest']).placements ?? []).some(({ name }) => name === placement);
}

/** A federation. */
export function describeFederation(row: FederationRow, latest: LatestOperations): Schemas['Federation'] {
  return {
    id: row.id,
    name: row.name,
    engine: row.engine,
    hub: { credential: row.hubCredentialId },
    phase: row.phase,
    generation: row.generation,
    status: row.status,
    operation: findOpen(latest, row.id),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** An operation with its steps, and with where it stands while it waits, if that was looked at. */
export function describeOperation(
  row: OperationRow,
  steps: readonly StepRow[],
  waiting?: Waiting,
): Schemas['Operation'] {
  return {
    id: row.id,
    resource: { kind: row.resourceKind, id: row.resourceId },
    kind: row.kind,
    state: row.state,
    attempt: row.attempt,
    generation: row.generation,
    parent: row.parentId,
    steps: steps.map(describeStep),
    error: row.error as Schemas['OperationError'] | null,
    result: row.result,
    queue: waiting === undefined ? null : { ...waiting, expectedStartAt: describeTime(waiting.expectedStartAt) },
    cancelRequestedAt: describeTime(row.cancelRequestedAt),
    notBefore: describeTime(row.notBefore),
    createdAt: row.createdAt.toISOString(),
    startedAt: describeTime(row.startedAt),
    finishedAt: describeTime(row.finishedAt),
  };
}

/** An event of an operation. */
export function describeEvent({ operationId, seq, at, type, data }: EventRow): Schemas['OperationEvent'] {
  return { seq, operation: operationId, type, at: at.toISOString(), data };
}

/** The same among those of a cluster or a project. */
export function describePlacedEvent(event: PlacedEvent): Schemas['ProjectEvent'] {
  return { ...describeEvent(event), resource: { kind: event.resourceKind, id: event.resourceId } };
}

function describeStep(step: StepRow): Schemas['Step'] {
  const { index, kind, action, layer, state, planned, done, error } = step;
  const times = { startedAt: describeTime(step.startedAt), finishedAt: describeTime(step.finishedAt) };
  return { index, kind, action, layer, state, planned, done, ...times, error };
}

function describeTime(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

/** The operation of a resource that has not come to its end. */
export function findOpen(latest: LatestOperations, resourceId: string): string | null {
  const operation = latest.get(resourceId);
  return operation === undefined || isSettled(operation.state) ? null : operation.id;
}
