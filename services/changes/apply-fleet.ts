// Applies the document of a fleet: its federation, and an operation for each member that differs.

import type { IncomingHttpHeaders } from 'node:http';
import type { Schemas } from '../contract/schemas.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { type Id, looksLikeId } from '../domain/ids.ts';
import { isSame } from '../domain/compare.ts';
import { type FleetResolution, resolveFleet } from '../domain/resolve-fleet.ts';
import { planSteps } from '../domain/steps.ts';
import { type ClusterRow, findCluster, listFleetClusters } from '../store/clusters.ts';
import { createFleet, findFleet, type FleetRow, updateFleet } from '../store/fleets.ts';
import { insertOperation } from '../store/insert-operation.ts';
import { listLatestOperations, type OperationRow } from '../store/operations.ts';
import { lockResource, settleResource } from '../store/resources.ts';
import type { AddressSpaceRow } from '../store/address-spaces.ts';
import { checkIfMatch } from '../api/conditional.ts';
import { isSettled } from '../domain/operation.ts';
import { type Change, describeFacts, findCredentials, type KnownCredentials, signal } from './change.ts';
import { createFederationIn } from './federation-operations.ts';
import { changeMembers, type StandingMembers } from './fleet-members.ts';
import { findSpace, resolveWith } from './place.ts';

type Request = Schemas['FleetRequest'];

/** A fleet after a document was applied; no operation means that none was needed. */
export type FleetOutcome = {
  fleet: FleetRow;
  operation: OperationRow | null;
  children: OperationRow[];
  changed: boolean;
};

/** Makes a fleet. */
export async function createFleetFromRequest(change: Change, request: Request): Promise<FleetOutcome> {
  await refuseTakenName(change, request.name);
  const prepared = await prepare(change, request, undefined);
  const { space, credentials, resolution } = prepared;
  const hub = resolution.fleet.federation;
  const federation = hub === null ? undefined : await createFederationIn(change, { name: request.name, ...hub });
  const fleet = await createFleet(change.tx, {
    name: request.name,
    document: request,
    spec: resolution.fleet,
    federationId: federation?.id ?? null,
    addressSpaceId: space.id,
  });
  const operation = await insertFleetOperation(change, fleet, 'create');
  const checked = federation === undefined ? [] : [await federation.start(operation.id)];
  const members = await changeMembers(change, {
    fleet,
    resolution,
    space,
    credentials,
    standing: prepared.standing,
    parentId: operation.id,
  });
  return { fleet, operation, children: [...checked, ...members], changed: true };
}

/** The index refuses it too, but would speak of the federation, which has the same name and is stored first. */
async function refuseTakenName({ tx }: Change, name: string): Promise<void> {
  if ((await findFleet(tx, name)) === undefined) return;
  const message = `There is already a fleet named "${name}".`;
  throw new FleetyardError('name-taken', message, { details: [{ pointer: '/name', message, code: 'name-taken' }] });
}

/** Applies a document to the fleet that the path names, which may not exist yet. */
export async function applyFleetRequest(
  change: Change,
  target: { idOrName: string; request: Request; headers: IncomingHttpHeaders },
): Promise<FleetOutcome> {
  const { idOrName, request, headers } = target;
  const found = await findFleet(change.tx, idOrName);
  checkIfMatch(headers, found?.generation);
  if (found === undefined && looksLikeId(idOrName)) {
    throw new FleetyardError('not-found', `There is no fleet "${idOrName}".`);
  }
  checkName(request, found?.name ?? idOrName);
  if (found === undefined) return createFleetFromRequest(change, request);
  await lockResource(change.tx, { resourceKind: 'fleet', resourceId: found.id });
  // As it stands now that nobody else can change it.
  const row = (await findFleet(change.tx, found.id)) ?? found;
  checkIfMatch(headers, row.generation);
  const latest = (await listLatestOperations(change.tx, [row.id])).get(row.id);
  if (latest?.kind === 'delete' && !isSettled(latest.state)) {
    throw new FleetyardError('conflict', `The fleet "${row.name}" is being deleted.`);
  }
  return updateFromRequest(change, row, request);
}

async function updateFromRequest(change: Change, row: FleetRow, request: Request): Promise<FleetOutcome> {
  const { space, credentials, resolution, standing } = await prepare(change, request, row);
  const repair = standing.broken.filter((member) => resolution.fleet.clusters.includes(member.name));
  if (!resolution.changed && repair.length === 0 && isSame(row.document, request)) {
    return { fleet: row, operation: null, children: [], changed: false };
  }
  const fleet = await updateFleet(change.tx, row.id, { document: request, spec: resolution.fleet });
  const work = resolution.prune.length > 0 || repair.length > 0 || resolution.members.some(needsWork);
  if (work) {
    const operation = await insertFleetOperation(change, fleet, 'update');
    const children = await changeMembers(change, {
      fleet,
      resolution,
      space,
      credentials,
      standing,
      parentId: operation.id,
    });
    return { fleet, operation, children, changed: true };
  }
  await settleResource(
    change.tx,
    { resourceKind: 'fleet', resourceId: row.id },
    { kind: 'update', generation: fleet.generation },
  );
  return { fleet, operation: null, children: [], changed: true };
}

function needsWork({ action }: FleetResolution['members'][number]): boolean {
  return action !== 'unchanged';
}

type Prepared = {
  space: AddressSpaceRow;
  credentials: KnownCredentials;
  resolution: FleetResolution;
  standing: StandingMembers;
};

/** Resolves the document against what stands; throws every fault at once, and changes nothing. */
async function prepare(change: Change, request: Request, row: FleetRow | undefined): Promise<Prepared> {
  const details: ErrorDetail[] = [];
  const space = await findSpace(change, request.addressSpace, details);
  if (
    row !== undefined &&
    space !== undefined &&
    request.addressSpace !== undefined &&
    row.addressSpaceId !== space.id
  ) {
    details.push({
      pointer: '/addressSpace',
      message: 'This is fixed for the life of a fleet.',
      code: 'immutable-field',
    });
  }
  const credentials = await findCredentials(change.tx, [
    request.federation?.hub.credential,
    request.defaults?.credential,
    ...request.clusters.map(({ credential }) => credential),
  ]);
  const standing = await findStanding(change, row);
  details.push(...(await findNameFaults(change, request, row, standing)));
  const { catalogue, now } = change;
  const existing = standing.members.map(({ id, name, spec }) => ({ id: id as Id<'cl'>, name, spec }));
  const resolution = resolveWith(`The fleet ${request.name} cannot be made as asked.`, details, () =>
    resolveFleet(request, existing, {
      catalogue,
      now,
      findCredential: (named) => {
        const found = credentials.get(named);
        return found && describeFacts(found);
      },
      ...(row === undefined ? {} : { previous: row.spec }),
    }),
  );
  if (space === undefined) throw new FleetyardError('internal', 'The document was not resolved.');
  return { space, credentials, resolution, standing };
}

/** The live members of a fleet by what is being done to them. */
async function findStanding({ tx }: Change, row: FleetRow | undefined): Promise<StandingMembers> {
  if (row === undefined) return { members: [], leaving: [], broken: [] };
  const clusters = await listFleetClusters(tx, row.id);
  const latest = await listLatestOperations(
    tx,
    clusters.map(({ id }) => id),
  );
  const isLeaving = ({ id }: ClusterRow): boolean => {
    const operation = latest.get(id);
    return operation?.kind === 'delete' && !isSettled(operation.state);
  };
  const isBroken = ({ id }: ClusterRow): boolean => latest.get(id)?.kind === 'delete';
  const members = clusters.filter((cluster) => !isLeaving(cluster));
  return { members, leaving: clusters.filter(isLeaving), broken: members.filter(isBroken) };
}

/** Names that a cluster outside of the fleet has, or one that is on its way out. */
async function findNameFaults(
  { tx }: Change,
  { clusters }: Request,
  row: FleetRow | undefined,
  standing: StandingMembers,
): Promise<ErrorDetail[]> {
  const details: ErrorDetail[] = [];
  for (const [index, { name }] of clusters.entries()) {
    const pointer = `/clusters/${index}/name`;
    if (standing.leaving.some((member) => member.name === name)) {
      details.push({
        pointer,
        message: `The cluster ${name} is being deleted; its name is free after that.`,
        code: 'name-taken',
      });
      continue;
    }
    const other = await findCluster(tx, name);
    if (other !== undefined && (row === undefined || other.fleetId !== row.id)) {
      details.push({
        pointer,
        message: `There is already a cluster named ${name} outside of this fleet.`,
        code: 'name-taken',
      });
    }
  }
  return details;
}

async function insertFleetOperation(change: Change, fleet: FleetRow, kind: 'create' | 'update'): Promise<OperationRow> {
  const operation = await insertOperation(change.tx, {
    resourceKind: 'fleet',
    resourceId: fleet.id,
    kind,
    generation: fleet.generation,
    input: { spec: fleet.spec },
    steps: planSteps(kind, { kind: 'fleet' }),
    createdBy: change.createdBy,
  });
  return signal(change, operation);
}

function checkName(request: Request, name: string): void {
  if (request.name === name) return;
  const message = `The path names ${name} and the body ${request.name}.`;
  throw new FleetyardError('validation', message, { details: [{ pointer: '/name', message, code: 'contradiction' }] });
}
