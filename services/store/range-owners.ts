// Says whose a range is, for people who meant to use it themselves.

import type { RangeRole } from '../domain/range-roles.ts';
import type { Tx } from './transaction.ts';

type Owned = { range: string; clusterName: string | null; role: RangeRole; note: string | null };

/** Whose the ranges of a space are, by range: stored ones, and those that are planned. */
export async function findOwners(
  tx: Tx,
  { id, planned }: { id: string; planned: ReadonlyMap<string, string> },
  ranges: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.sql<Owned[]>`
    select r.range, r.role, r.note, c.name as cluster_name
    from ranges r left join clusters c on c.id = r.cluster_id
    where r.address_space_id = ${id} and r.range in (select text::cidr from unnest(${ranges as string[]}::text[]) as met (text))
  `;
  return new Map([...planned, ...rows.map((row) => [row.range, describeOwner(row)] as const)]);
}

/** Whose a range is. */
export function describeOwner({ clusterName, role, note }: Omit<Owned, 'range'>): string {
  return clusterName === null ? (note ?? `a ${role} range`) : describeUse(role, clusterName);
}

/** What a cluster uses a range for. */
export function describeUse(role: RangeRole, clusterName: string): string {
  return `the ${role} of cluster "${clusterName}"`;
}
