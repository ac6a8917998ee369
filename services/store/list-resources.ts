// Parts of queries that lists of resources share: search, order, and where a page begins.

import {
  decodeCursor,
  decodeSortedCursor,
  encodeCursor,
  encodeSortedCursor,
  toPage,
  type Page,
  type PageRequest,
  type Sort,
} from './pages.ts';
import type { Tx } from './transaction.ts';

/** Which page of a list that may be searched and sorted. */
export type ListRequest = PageRequest & {
  /** Part of a name. */
  q?: string | undefined;
  /** By id in the order of the page request when not said. */
  sort?: Sort | undefined;
};

/** What is asked of labels: all of it has to hold. */
export type LabelFilter = { key: string; value?: string; absent?: boolean };

/** Reads the place of each row beside it, where a cursor will need more than the id. */
type Placed = { id: string; name: string; placedAt?: string };

/** The column that a cursor of this sort needs. */
export function selectPlace({ sql }: Tx, sort: Sort | undefined) {
  return sort?.by === 'createdAt'
    ? sql`, (extract(epoch from created_at) * 1000000)::bigint::text as placed_at`
    : sql``;
}

/** The conditions of search and page, the order, and the limit; begins with `and`. */
export function narrowList({ sql }: Tx, { limit, cursor, order = 'asc', q, sort }: ListRequest) {
  const direction = (sort?.order ?? order) === 'asc' ? sql`asc` : sql`desc`;
  const behind = (sort?.order ?? order) === 'asc' ? sql`>` : sql`<`;
  const column = sort === undefined ? undefined : sort.by === 'name' ? sql`name` : sql`created_at`;
  const search = q === undefined ? sql`` : sql`and position(${q.toLowerCase()} in name) > 0`;
  if (sort === undefined || column === undefined) {
    const after = cursor === undefined ? sql`` : sql`and id ${behind} ${decodeCursor(cursor)}`;
    return sql`${search} ${after} order by id ${direction} limit ${limit + 1}`;
  }
  const place = cursor === undefined ? undefined : decodeSortedCursor(cursor, sort);
  const after =
    place === undefined ? sql`` : sql`and (${column}, id) ${behind} (${toValue(sql, sort, place.value)}, ${place.id})`;
  return sql`${search} ${after} order by ${column} ${direction}, id ${direction} limit ${limit + 1}`;
}

/** Conditions on labels; each begins with `and`. */
export function narrowLabels({ sql }: Tx, filters: readonly LabelFilter[]) {
  return filters.reduce(
    (all, { key, value, absent = false }) => {
      if (value !== undefined) return sql`${all} and labels @> ${sql.json({ [key]: value })}`;
      return absent ? sql`${all} and not jsonb_exists(labels, ${key})` : sql`${all} and jsonb_exists(labels, ${key})`;
    },
    sql``,
  );
}

/** Cuts a page out of rows that were read with one more than the limit. */
export function toSortedPage<T extends Placed>(rows: readonly T[], { limit, sort }: ListRequest): Page<T> {
  return toPage(rows, limit, ({ id, name, placedAt = '' }) =>
    sort === undefined
      ? encodeCursor(id)
      : encodeSortedCursor(sort, { id, value: sort.by === 'name' ? name : placedAt }),
  );
}

/** Microseconds come back exactly: the product of an integer and a microsecond is rounded to one. */
function toValue(sql: Tx['sql'], { by }: Sort, value: string) {
  return by === 'name' ? sql`${value}` : sql`timestamptz 'epoch' + ${value}::bigint * interval '1 microsecond'`;
}
