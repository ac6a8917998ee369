// Events of a whole project, or of one resource, in an order in which what is committed late misses nobody.

import type { ResourceKind } from '../domain/operation.ts';
import type { EventRow } from './events.ts';
import { only, type Tx } from './transaction.ts';

/** An event with what its operation works on, and its place among those of the project. */
export type PlacedEvent = EventRow & { resourceKind: ResourceKind; resourceId: string; place: string };

/**
 * A place in the order of a project's events: the transaction, the operation and the number in it, so that texts compare as the events do.
 * Without an operation it is before all of that transaction, and `0` is before everything.
 */
export type Place = string;

/** Where the events of now begin, and whether a place is one that this database has come to: one of before a restore may not be. */
export async function readPlace(tx: Tx, place: Place | undefined): Promise<{ now: Place; isReached: boolean }> {
  const { now, next } = only(
    await tx.sql<{ now: string; next: string }[]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as now, pg_snapshot_xmax(pg_current_snapshot())::text as next
    `,
  );
  return { now: formatXact(now), isReached: place === undefined || splitPlace(place).xact <= BigInt(next) };
}

/** What one read brings. */
export type PlacedEvents = {
  rows: PlacedEvent[];
  /** There are later ones that an older transaction still holds back. */
  held: boolean;
};

/** Which events are wanted. */
type Wanted = { projectId: string; after: Place; limit: number; resourceId?: string };

/** Events of the project behind a place, in order; of one resource when it is named. */
export async function listPlacedEvents(tx: Tx, wanted: Wanted): Promise<PlacedEvents> {
  const read = await readBelow(tx, wanted);
  if (read.rows.length > 0 || !read.held) return read;
  // The oldest may be of another database of the server, and run for hours.
  return readBelow(tx, wanted, await findHorizon(tx));
}

/** Those of transactions before the horizon; before the oldest that runs on the server when none is named. */
async function readBelow(
  { sql }: Tx,
  { projectId, after, limit, resourceId }: Wanted,
  horizon?: string,
): Promise<PlacedEvents> {
  const { xact, operationId, seq } = splitPlace(after);
  const behind = sql`(e.xact, e.operation_id, e.seq) > (${String(xact)}::bigint, ${operationId}, ${seq})`;
  const over =
    horizon === undefined
      ? sql`(select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)`
      : sql`${horizon}::bigint`;
  const order = sql`order by e.xact, e.operation_id, e.seq limit ${limit}`;
  const from =
    resourceId === undefined
      ? sql`events e join operations o on o.id = e.operation_id where e.project_id = ${projectId} and ${behind} and e.xact < ${over}`
      : // Through its operations, which are few: there may be many events of others behind the place.
        sql`operations o cross join lateral (
          select e.* from events e where e.operation_id = o.id and ${behind} and e.xact < ${over} ${order}
        ) e where o.project_id = ${projectId} and o.resource_id = ${resourceId}`;
  const rows = await sql<(Omit<PlacedEvent, 'place'> & { xact: string })[]>`
    select e.operation_id, e.seq, e.at, e.type, e.data, e.xact::text as xact, o.resource_kind, o.resource_id
    from ${from} ${order}
  `;
  const { held } = only(
    await sql<{ held: boolean }[]>`
      select exists (select 1 from events e where e.project_id = ${projectId} and e.xact >= ${over}) as held
    `,
  );
  return { rows: rows.map(({ xact: written, ...row }) => ({ ...row, place: formatPlace(written, row) })), held };
}

/**
 * The oldest transaction of this database that still runs, or the next one. The snapshot comes first: whoever is before its end and holds no
 * lock on itself any more has ended, and is seen by the statements after this one. Locks name transactions by their lower 32 bits.
 */
async function findHorizon({ sql }: Tx): Promise<string> {
  const { horizon } = only(
    await sql<{ horizon: string }[]>`
      with snapshot as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next)
      select least(next, (
        select min(case when numbered > next then numbered - 4294967296 else numbered end)
        from pg_locks l join pg_stat_activity a on a.pid = l.pid
        cross join lateral (select (next & ~4294967295::bigint) + l.transactionid::text::bigint as numbered) n
        where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
          and a.datid = (select oid from pg_database where datname = current_database())
      ))::text as horizon
      from snapshot
    `,
  );
  return horizon;
}

function formatXact(xact: string): string {
  return xact.padStart(18, '0');
}

function formatPlace(xact: string, { operationId, seq }: EventRow): Place {
  return `${formatXact(xact)}.${operationId}.${String(seq).padStart(10, '0')}`;
}

function splitPlace(place: Place): { xact: bigint; operationId: string; seq: number } {
  const [xact = '0', operationId = '', seq = '0'] = place.split('.');
  return { xact: BigInt(xact) - (place === '0' ? 1n : 0n), operationId, seq: Number(seq) };
}
