// Resolves a fleet's document against what stands, and names every fault before anything is changed.

import type { Schemas } from '../contract/schemas.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import type { Id } from '../domain/ids.ts';
import { type FleetResolution, resolveFleetInSteps } from '../domain/resolve-fleet.ts';
import type { Standing } from '../domain/standing.ts';
import { listNameOwner } from '../domain/ways-out.ts';
import type { AddressSpaceRow } from '../store/address-spaces.ts';
import { type ClusterRow, findClustersNamed, listFleetClusters } from '../store/clusters.ts';
import type { FleetRow } from '../store/fleets.ts';
import type { Change } from './change.ts';
import { findPlacementFaults } from './fleet-placements.ts';
import type { StandingMembers } from './fleet-members.ts';
import { describeFacts, findCredentials, type KnownCredentials } from './known-credentials.ts';
import { findSpace, resolveWith } from './place.ts';
import { runInSlices } from './run-in-slices.ts';
import { listStands } from './start-operation.ts';

type Request = Schemas['FleetRequest'];

/** A document that is known to be possible. */
export type PreparedFleet = {
  space: AddressSpaceRow;
  credentials: KnownCredentials;
  resolution: FleetResolution;
  standing: StandingMembers;
};

/** Resolves the document against what stands; throws every fault at once, and changes nothing. */
export async function prepareFleet(
  change: Change,
  request: Request,
  row: FleetRow | undefined,
): Promise<PreparedFleet> {
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
  details.push(...(await findPlacementFaults(change, request, row)));
  const { catalogue, now, defaultAllowedCidrs } = change;
  const existing = standing.members.map(({ id, name, spec }) => ({ id: id as Id<'cl'>, name, spec }));
  const resolution = await resolveWith(`The fleet ${request.name} cannot be made as asked.`, details, () =>
    runInSlices(
      resolveFleetInSteps(request, existing, {
        catalogue,
        now,
        defaultAllowedCidrs,
        findCredential: (named) => {
          const found = credentials.get(named);
          return found && describeFacts(found);
        },
        ...(row === undefined ? {} : { previous: row.spec }),
      }),
    ),
  );
  if (space === undefined) throw new FleetyardError('internal', 'The document was not resolved.');
  return { space, credentials, resolution, standing };
}

/** The live members of a fleet by what is being done to them. */
async function findStanding(change: Change, row: FleetRow | undefined): Promise<StandingMembers> {
  if (row === undefined) return { members: [], leaving: [], astray: [] };
  const clusters = await listFleetClusters(change.tx, row.id);
  const stands = await listStands(change, clusters);
  const listOf = (...wanted: (Standing | undefined)[]): ClusterRow[] =>
    clusters.filter(({ id }) => wanted.includes(stands.get(id)?.standing));
  return {
    members: listOf('as-desired', 'under-way', 'astray'),
    leaving: listOf('leaving', 'staying'),
    astray: listOf('astray'),
  };
}

/** Names that a cluster outside of the fleet has, or one that is on its way out. */
async function findNameFaults(
  { tx }: Change,
  { clusters }: Request,
  row: FleetRow | undefined,
  standing: StandingMembers,
): Promise<ErrorDetail[]> {
  const details: ErrorDetail[] = [];
  const others = await findClustersNamed(
    tx,
    clusters.map(({ name }) => name),
  );
  for (const [index, { name }] of clusters.entries()) {
    const pointer = `/clusters/${index}/name`;
    if (standing.leaving.some((member) => member.name === name)) {
      details.push({
        pointer,
        message: `The cluster ${name} is being deleted; its name is free after that.`,
        code: 'name-taken',
        wayOut: [{ method: 'GET', path: `/v1/clusters/${name}`, does: 'shows how far its deletion is' }],
      });
      continue;
    }
    const other = others.get(name);
    if (other !== undefined && (row === undefined || other.fleetId !== row.id)) {
      details.push({
        pointer,
        message: `There is already a cluster named ${name} outside of this fleet.`,
        code: 'name-taken',
        wayOut: listNameOwner('cluster', name),
      });
    }
  }
  return details;
}
