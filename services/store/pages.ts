// Cursor pages: lists ordered by id, resumed after the last id that was shown.

import { FleetyardError } from '../domain/errors.ts';

/** Which page of a list. */
export type PageRequest = {
  /** Rows at most. */
  limit: number;
  /** What an earlier page returned as `nextCursor`. */
  cursor?: string;
  /** Newest first is `desc`; the default is oldest first. A cursor is only good for the order that made it. */
  order?: 'asc' | 'desc';
};

/** A page of rows; `nextCursor` is null on the last one. */
export type Page<T> = { items: T[]; nextCursor: string | null };

const cursorVersion = 'v1';
// Of any id of ours, and of nothing that PostgreSQL would refuse as a text.
const idForm = /^[a-z0-9_]{1,64}$/;

/** Makes the opaque cursor that resumes after an id. */
export function encodeCursor(id: string): string {
  return Buffer.from(`${cursorVersion}:${id}`).toString('base64url');
}

/** The id after which a page starts; refuses what `encodeCursor` did not make. */
export function decodeCursor(cursor: string): string {
  const [version, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (
    version !== cursorVersion ||
    id === undefined ||
    rest.length > 0 ||
    !idForm.test(id) ||
    encodeCursor(id) !== cursor
  ) {
    return refuseCursor();
  }
  return id;
}

function refuseCursor(): never {
  throw new FleetyardError('validation', 'The cursor is not one that this list returned.', {
    details: [
      { pointer: '', message: 'Start without a cursor, or use the one of the last page.', code: 'cursor-invalid' },
    ],
  });
}

/** By what a list may be sorted beside its ids, and which way. */
export type Sort = { by: 'name' | 'createdAt'; order: 'asc' | 'desc' };

/** Where a sorted page begins: behind the value and the id of the last row of the one before. Times are microseconds. */
export type SortedPlace = { value: string; id: string };

const valueForms = { name: /^[a-z][a-z0-9-]{0,62}$/, createdAt: /^[1-9]\d{0,17}$/ } as const;

/** Makes the cursor that resumes a sorted list; it is good for the sort that made it alone. */
export function encodeSortedCursor({ by, order }: Sort, { value, id }: SortedPlace): string {
  return Buffer.from(`v2:${by}:${order}:${value}:${id}`).toString('base64url');
}

/** The place behind which a page of a sorted list starts; refuses what was not made for this sort. */
export function decodeSortedCursor(cursor: string, sort: Sort): SortedPlace {
  const parts = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  const [value = '', id = ''] = parts.slice(3);
  const place = { value, id };
  const isOurs = valueForms[sort.by].test(value) && idForm.test(id) && encodeSortedCursor(sort, place) === cursor;
  return isOurs ? place : refuseCursor();
}

/** Cuts a page out of rows that were read with one more than the limit. */
export function toPage<T extends { id: string }>(
  rows: readonly T[],
  limit: number,
  encode: (last: T) => string = ({ id }) => encodeCursor(id),
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encode(last) : null };
}
