// What every change of a placement shares: its federation, the rules of refusal, and the operations that bring it about.

import type { Schemas } from '../contract/schemas.ts';
import { type ErrorDetail, FleetyardError, throwDetails } from '../domain/errors.ts';
import { checkDocument } from '../domain/placements/check-document.ts';
import { checkMembers } from '../domain/placements/check-members.ts';
import { canOverlap } from '../domain/placements/overlaps.ts';
import type { PlacementDocument, PlaceableMember } from '../domain/placements/placement-document.ts';
import { listApplications } from '../domain/ways-out.ts';
import { type FederationRow, findFederation } from '../store/federations.ts';
import type { OperationRow } from '../store/operations.ts';
import { listPlaceable } from '../store/placeable-members.ts';
import { createPlacement, listFederationPlacements, updatePlacement, type PlacementRow } from '../store/placements.ts';
import { lockResource } from '../store/resources.ts';
import type { Change } from './change.ts';
import { findNamedFederation } from './place.ts';
import { getStand, startPlacementOperation } from './start-operation.ts';

const refusal = 'The placement cannot be made as asked.';

/** A placement after a change; no operation means that none was needed. */
export type PlacementOutcome = { placement: PlacementRow; operation: OperationRow | null };

/** A placement as it is to be: where it stands in what was sent, and what has its name already. */
export type WantedPlacement = {
  document: PlacementDocument;
  federation: FederationRow;
  pointer: string;
  row: PlacementRow | undefined;
};

/** The part of a request that is the placement's own. */
export function splitRequest(request: Schemas['PlacementRequest']): {
  federation: string;
  document: PlacementDocument;
} {
  const { federation, ...document } = request;
  return { federation, document };
}

/** The federation of a request, which stays until the unit of work ends; throws `validation`, and `conflict` while it is being deleted. */
export async function getPlacementFederation(change: Change, named: string): Promise<FederationRow> {
  const details: ErrorDetail[] = [];
  // One after another, so that each sees what the others select.
  const found = await findFederation(change.tx, named);
  if (found !== undefined) await lockResource(change.tx, { resourceKind: 'federation', resourceId: found.id });
  const federation = await findNamedFederation(change, named, details);
  throwDetails(refusal, details);
  if (federation === undefined) throw new FleetyardError('internal', `The federation ${named} was not looked up.`);
  return federation;
}

/** The members of a federation as placements choose among them; what they are called at the hub is nothing that a choice asks for. */
export async function listMembers(change: Pick<Change, 'tx'>, federationId: string): Promise<PlaceableMember[]> {
  const rows = await listPlaceable(change.tx, federationId);
  return rows.map((row) => ({ ...row, memberName: row.memberName ?? row.name, joined: row.memberName !== null }));
}

/** Throws every fault of placements of one federation, and `conflict` when one of them may select what another selects. */
export async function refuseFaulty(
  change: Pick<Change, 'tx'>,
  federationId: string,
  wanted: readonly Omit<WantedPlacement, 'federation'>[],
  removed: readonly string[] = [],
): Promise<void> {
  const members = await listMembers(change, federationId);
  throwDetails(
    refusal,
    wanted.flatMap(({ document, pointer }) => {
      const faults = checkDocument(document, pointer);
      return faults.length > 0 ? faults : checkMembers(document, members, pointer);
    }),
  );
  const standing = (await listFederationPlacements(change.tx, federationId)).filter(({ id }) => !removed.includes(id));
  refuseOverlaps(wanted, standing);
}

/** Throws what a creation or an application of a placement would, among members that may be supposed to be others. */
export async function refusePreviewed(
  { tx }: Pick<Change, 'tx'>,
  federationId: string,
  {
    document,
    row,
    members,
  }: { document: PlacementDocument; row: PlacementRow | undefined; members: PlaceableMember[] },
): Promise<void> {
  const faults = checkDocument(document);
  throwDetails(refusal, faults.length > 0 ? faults : checkMembers(document, members));
  refuseOverlaps([{ document, pointer: '', row }], await listFederationPlacements(tx, federationId));
}

/** Two placements that select one object would take it from each other. */
function refuseOverlaps(
  wanted: readonly Omit<WantedPlacement, 'federation'>[],
  standing: readonly PlacementRow[],
): void {
  const rest = standing.filter(({ id }) => !wanted.some(({ row }) => row?.id === id));
  for (const [index, { document, pointer }] of wanted.entries()) {
    const other =
      rest.find((row) => canOverlap(row.document.select, document.select)) ??
      wanted.slice(0, index).find((earlier) => canOverlap(earlier.document.select, document.select))?.row;
    const inDocument = wanted.slice(0, index).find((earlier) => canOverlap(earlier.document.select, document.select));
    const name = other?.name ?? inDocument?.document.name;
    if (name === undefined) continue;
    const message = `The placement ${name} may select the same objects; say a namespace, a name or labels that keep them apart.`;
    throw new FleetyardError('conflict', message, {
      details: [{ pointer: `${pointer}/select`, message, code: 'conflict' }],
      wayOut:
        other === undefined
          ? [{ method: 'GET', path: '/v1/placements', does: 'lists the placements with what they select' }]
          : [
              { method: 'GET', path: `/v1/placements/${other.id}`, does: 'shows what it selects' },
              ...listApplications({ kind: 'placement', id: other.id, fleetId: other.fleetId }),
            ],
    });
  }
}

/** Stores a placement that was checked, and starts what tells the hub. */
export async function startPlacement(
  change: Change,
  { document, federation, fleetId, parentId }: Omit<WantedPlacement, 'pointer' | 'row'> & Ties,
): Promise<PlacementOutcome & { operation: OperationRow }> {
  const placement = await createPlacement(change.tx, { document, federationId: federation.id, fleetId });
  const operation = await startPlacementOperation(change, { row: placement, federation }, { kind: 'create', parentId });
  return { placement, operation };
}

type Ties = { fleetId: string | null; parentId: string | null };

/** Brings about what a placement that stands is to be: nothing when it is so, or an operation. */
export async function bringAboutPlacement(
  change: Change,
  { row, federation, document }: { row: PlacementRow; federation: FederationRow; document: PlacementDocument | null },
  parentId: string | null,
): Promise<PlacementOutcome> {
  const { standing, newest } = await getStand(change, row);
  if (document === null && standing === 'as-desired') return { placement: row, operation: null };
  if (document === null && standing === 'under-way' && newest !== undefined) {
    return { placement: row, operation: newest };
  }
  const placement = document === null ? row : await updatePlacement(change.tx, row.id, document);
  const operation = await startPlacementOperation(change, { row: placement, federation }, { kind: 'update', parentId });
  return { placement, operation };
}
