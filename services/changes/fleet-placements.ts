// What a fleet's document means to its placements: which are made, changed, repaired or removed.

import type { Schemas } from '../contract/schemas.ts';
import { isSame } from '../domain/compare.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import type { PlacementDocument } from '../domain/placements/placement-document.ts';
import type { Standing } from '../domain/standing.ts';
import { listNameOwner } from '../domain/ways-out.ts';
import { type FederationRow, getFederation } from '../store/federations.ts';
import type { FleetRow } from '../store/fleets.ts';
import type { OperationRow } from '../store/operations.ts';
import { findPlacement, listFleetPlacements, type PlacementRow } from '../store/placements.ts';
import type { Change } from './change.ts';
import { startPlacementDeletion } from './delete-placement.ts';
import { bringAboutPlacement, refuseFaulty, startPlacement } from './place-workloads.ts';
import { listStands } from './start-operation.ts';

type Request = Schemas['FleetRequest'];

/** A placement that the document names, and what has its name in the fleet. */
type Named = { document: PlacementDocument; pointer: string; row: PlacementRow | undefined; same: boolean };

/** What has to happen to the placements of a fleet. */
export type FleetPlacements = {
  named: Named[];
  removed: PlacementRow[];
  /** Whether anything of it has to happen. */
  work: boolean;
};

/** Names that something outside of the fleet has, or that is on its way out. */
export async function findPlacementFaults(
  change: Change,
  { placements = [] }: Request,
  row: FleetRow | undefined,
): Promise<ErrorDetail[]> {
  const details: ErrorDetail[] = [];
  for (const [index, { name }] of placements.entries()) {
    const other = await findPlacement(change.tx, name);
    if (other === undefined) continue;
    const standing = (await listStands(change, [other])).get(other.id)?.standing;
    const leaves = standing === 'leaving' || standing === 'staying';
    if (!leaves && row !== undefined && other.fleetId === row.id) continue;
    const message = leaves
      ? `The placement ${name} is being deleted; its name is free after that.`
      : `There is already a placement named ${name} outside of this fleet.`;
    const wayOut = listNameOwner('placement', name);
    details.push({ pointer: `/placements/${index}/name`, message, code: 'name-taken', wayOut });
  }
  return details;
}

/** Compares the document with what stands. */
export async function planFleetPlacements(
  change: Change,
  { placements = [], prune = false }: Request,
  row: FleetRow | undefined,
): Promise<FleetPlacements> {
  const standing = row === undefined ? [] : await listFleetPlacements(change.tx, row.id);
  const stands = await listStands(change, standing);
  const standOf = (id: string): Standing | undefined => stands.get(id)?.standing;
  const named = placements.map((document, index) => {
    const found = standing.find(({ name }) => name === document.name);
    const same = found !== undefined && isSame(found.document, document);
    return { document, pointer: `/placements/${index}`, row: found, same };
  });
  const absent = standing.filter(({ id }) => !named.some((each) => each.row?.id === id));
  const removed = prune ? absent.filter(({ id }) => standOf(id) !== 'leaving') : [];
  const work =
    removed.length > 0 || named.some(({ row: found, same }) => !same || standOf(found?.id ?? '') === 'astray');
  return { named, removed, work };
}

/** Starts an operation for each placement that differs, as a child of the fleet's. The members are stored already. */
export async function changePlacements(
  change: Change,
  { named, removed }: FleetPlacements,
  { fleet, parentId }: { fleet: FleetRow; parentId: string },
): Promise<OperationRow[]> {
  const operations: (OperationRow | null)[] = [];
  for (const row of removed) operations.push(await startPlacementDeletion(change, row, parentId));
  if (named.length === 0) return operations.filter((operation) => operation !== null);
  const federation = await getFleetFederation(change, fleet);
  await refuseFaulty(
    change,
    federation.id,
    named,
    removed.map(({ id }) => id),
  );
  for (const { document, row, same } of named) {
    const { operation } =
      row === undefined
        ? await startPlacement(change, { document, federation, fleetId: fleet.id, parentId })
        : await bringAboutPlacement(change, { row, federation, document: same ? null : document }, parentId);
    operations.push(operation);
  }
  return operations.filter((operation) => operation?.parentId === parentId) as OperationRow[];
}

function getFleetFederation({ tx }: Change, { name, federationId }: FleetRow): Promise<FederationRow> {
  if (federationId !== null) return getFederation(tx, federationId);
  throw new FleetyardError('internal', `The fleet "${name}" has placements and no federation.`);
}
