// Ranges: reserved under a lock on their address space, released with their cluster.

import { getBlock, overlaps, parseBlock } from '../domain/cidr.ts';
import { FleetyardError, type ErrorDetail, throwDetails } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import { type AddressPools, type PlannedRange, type RangeRole, rangeFields } from '../domain/range-roles.ts';
import { type RangeClaim, planRanges } from '../domain/ranges.ts';
import { isRangeOverlap } from './database-errors.ts';
import { getProjectId, type Tx } from './transaction.ts';

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

/** The ranges that one cluster claims; those that it holds already are not in its own way. */
export type ClusterClaim = RangeClaim & { clusterId: string };

/** Facts that planning needs; the catalogue comes from the caller. */
export type RangeReservation = {
  addressSpaceId: string;
  claims: readonly ClusterClaim[];
  /** In place of the space's own pools, role by role. */
  pools?: Partial<AddressPools>;
  catalogue: Parameters<typeof planRanges>[0]['catalogue'];
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
  const pools = { ...(await lockAddressSpace(tx, addressSpaceId)), ...reservation.pools };
  const own = new Set(claims.map(({ clusterId }) => clusterId));
  const others = (await listRanges(tx, addressSpaceId)).filter(
    ({ clusterId }) => clusterId === null || !own.has(clusterId),
  );
  throwDetails('Some of the given ranges are in use already.', findTakenRanges(claims, others));
  const planned = planRanges({ claims, pools, taken: others.map(({ range }) => range), catalogue });
  await tx.sql`delete from ranges where cluster_id = any(${[...own]})`;
  const rows = claims.flatMap(({ clusterId }, index) =>
    (planned[index] ?? []).map(({ role, cidr }) => ({
      id: newId(idPrefixes.range),
      projectId: getProjectId(tx),
      addressSpaceId,
      clusterId,
      role,
      range: cidr,
    })),
  );
  if (rows.length > 0) await insertRanges(tx, rows);
  return planned;
}

/**
 * Takes the ranges from a cluster and keeps them as foreign ones, with a note of whom they were: what stands may go on using them. Returns
 * them.
 */
export async function keepRangesForeign(tx: Tx, clusterId: string, note: string): Promise<string[]> {
  // One after the other, for the constraint that ranges do not overlap judges each row as it comes.
  const taken = await tx.sql<{ projectId: string; addressSpaceId: string; range: string }[]>`
    delete from ranges where cluster_id = ${clusterId} returning project_id, address_space_id, range
  `;
  const rows = taken.map((range) => ({
    id: newId(idPrefixes.range),
    clusterId: null,
    role: 'foreign',
    note,
    ...range,
  }));
  if (rows.length > 0) await insertRanges(tx, rows);
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

async function lockAddressSpace(tx: Tx, id: string): Promise<AddressPools> {
  const [space] = await tx.sql<{ pools: AddressPools }[]>`
    select pools from address_spaces where id = ${id} for no key update
  `;
  if (space === undefined) throw new FleetyardError('not-found', `There is no address space "${id}".`);
  return space.pools;
}

/** Given ranges that meet those of others, with the owner's name: a space belongs to one project, so no other is told. */
function findTakenRanges(claims: readonly ClusterClaim[], others: readonly RangeRow[]): ErrorDetail[] {
  return claims.flatMap(({ pointer, needs }) =>
    needs.flatMap(({ role, given }) => {
      const block = given === undefined ? undefined : parseBlock(given);
      const met = block && others.find((other) => overlaps(getBlock(other.range), block));
      if (met === undefined) return [];
      const message = `${given} overlaps ${met.range}, which is taken by ${describeOwner(met)}.`;
      return [{ pointer: `${pointer}/network/${rangeFields[role]}`, message, code: 'range-overlap' }];
    }),
  );
}

function describeOwner({ clusterName, role, note }: RangeRow): string {
  return clusterName === null ? (note ?? `a ${role} range`) : `the ${role} of cluster "${clusterName}"`;
}

async function insertRanges(tx: Tx, rows: readonly Record<string, string | null>[]): Promise<void> {
  try {
    await tx.sql`insert into ranges ${tx.sql(rows as Record<string, string | null>[])}`;
  } catch (cause) {
    if (!isRangeOverlap(cause)) throw cause;
    throw new FleetyardError('range-overlap', 'A range overlaps another one of the same address space.', { cause });
  }
}
