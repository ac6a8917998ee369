// Ranges: planned and stored under a lock on their address space, released with their cluster.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import type { AddressPools, PlannedRange, RangeRole } from '../domain/range-roles.ts';
import type { RangePlanning } from '../domain/ranges.ts';
import { isRangeOverlap } from './database-errors.ts';
import {
  beginPlanning,
  type ClusterClaim,
  listNewRanges,
  type NewRange,
  planInSpace,
  refuseMissingSpace,
  type SpaceFacts,
} from './locked-spaces.ts';
import { describeOwner } from './range-owners.ts';
import { getProjectId, json, type Tx } from './transaction.ts';

/** A range as stored; `clusterName` is null for ranges that no cluster of ours owns. */
export type RangeRow = {
  id: string;
  addressSpaceId: string;
  clusterId: string | null;
  clusterName: string | null;
  role: RangeRole;
  range: string;
  note: string | null;
  createdAt: Date;
};

/** Facts that planning needs; the catalogue comes from the caller. */
export type RangeReservation = {
  addressSpaceId: string;
  claims: readonly ClusterClaim[];
  /** In place of the space's own pools, role by role. */
  pools?: Partial<AddressPools>;
  catalogue: RangePlanning['catalogue'];
};

/** Lists the ranges of an address space. */
export async function listRanges(tx: Tx, addressSpaceId: string): Promise<RangeRow[]> {
  return tx.sql<RangeRow[]>`
    select r.id, r.address_space_id, r.cluster_id, c.name as cluster_name, r.role, r.range, r.note, r.created_at
    from ranges r left join clusters c on c.id = r.cluster_id
    where r.address_space_id = ${addressSpaceId}
    order by r.range
  `;
}

/**
 * Plans the ranges of some clusters and stores them, all or none. Reservations in one space run one after another. Throws
 * `range-overlap`, `range-invalid` and `range-exhausted` with pointers; what a cluster held before and no longer claims is
 * released.
 */
export async function reserveRanges(tx: Tx, reservation: RangeReservation): Promise<PlannedRange[][]> {
  const { addressSpaceId, claims, catalogue } = reservation;
  const { pools, ...facts } = await lockAddressSpace(tx, addressSpaceId);
  await tx.sql`delete from ranges where cluster_id = any(${claims.map(({ clusterId }) => clusterId)})`;
  const space = beginPlanning(tx, { ...facts, pools: { ...pools, ...reservation.pools } });
  const planned = await planInSpace(tx, space, claims, catalogue);
  await storeRanges(tx, listNewRanges(space, claims, planned));
  return planned;
}

/** Stores ranges; throws `range-overlap` when the database finds one in the way of another. */
export async function storeRanges(
  tx: Tx,
  ranges: readonly NewRange[],
  projectId: string = getProjectId(tx),
): Promise<void> {
  if (ranges.length === 0) return;
  const rows = ranges.map(({ addressSpaceId, spaceNumber, clusterId, role, range, note = null }) => [
    newId(idPrefixes.range),
    addressSpaceId,
    spaceNumber,
    clusterId,
    role,
    range,
    note,
  ]);
  try {
    // One text of a statement for any number of rows, so that it is prepared once.
    await tx.sql`
      insert into ranges (id, project_id, address_space_id, space_number, cluster_id, role, range, note)
      select r ->> 0, ${projectId}, r ->> 1, (r ->> 2)::integer, r ->> 3, r ->> 4, (r ->> 5)::cidr, r ->> 6
      from jsonb_array_elements(${json(tx, rows)}) as given (r)
    `;
  } catch (cause) {
    if (!isRangeOverlap(cause)) throw cause;
    throw new FleetyardError('range-overlap', 'A range overlaps another one of the same address space.', { cause });
  }
}

/**
 * Takes the ranges from a cluster and keeps them as foreign ones, with a note of whom they were: what stands may go on using them. Returns
 * them.
 */
export async function keepRangesForeign(tx: Tx, clusterId: string, note: string): Promise<string[]> {
  // One after the other, for the constraint that ranges do not overlap judges each row as it comes.
  const taken = await tx.sql<{ addressSpaceId: string; spaceNumber: number; range: string; projectId: string }[]>`
    delete from ranges where cluster_id = ${clusterId} returning project_id, address_space_id, space_number, range
  `;
  const rows = taken.map(({ addressSpaceId, spaceNumber, range }) => ({
    addressSpaceId,
    spaceNumber,
    clusterId: null,
    role: 'foreign' as const,
    range,
    note,
  }));
  await storeRanges(tx, rows, taken[0]?.projectId);
  return taken.map(({ range }) => range);
}

/** Releases a range that no cluster holds; throws `not-found`, and `in-use` for a cluster's. */
export async function releaseRange(
  tx: Tx,
  { addressSpaceId, id }: { addressSpaceId: string; id: string },
): Promise<void> {
  await lockAddressSpace(tx, addressSpaceId);
  const range = (await listRanges(tx, addressSpaceId)).find((candidate) => candidate.id === id);
  if (range === undefined) throw new FleetyardError('not-found', `There is no range "${id}" in this address space.`);
  if (range.clusterId !== null) {
    const wayOut = [
      {
        method: 'DELETE',
        path: `/v1/clusters/${range.clusterId}`,
        does: 'releases the range with its cluster',
      } as const,
    ];
    throw new FleetyardError('in-use', `The range ${range.range} is ${describeOwner(range)}.`, { wayOut });
  }
  await tx.sql`delete from ranges where id = ${id}`;
}

async function lockAddressSpace(tx: Tx, id: string): Promise<SpaceFacts> {
  const [space] = await tx.sql<SpaceFacts[]>`
    select id, number, pools from address_spaces where id = ${id} for no key update
  `;
  if (space === undefined) throw refuseMissingSpace(id);
  return space;
}
