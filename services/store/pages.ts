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
    throw new FleetyardError('validation', 'The cursor is not one that this list returned.', {
      details: [
        { pointer: '', message: 'Start without a cursor, or use the one of the last page.', code: 'cursor-invalid' },
      ],
    });
  }
  return id;
}

/** Cuts a page out of rows that were read with one more than the limit. */
export function toPage<T extends { id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last.id) : null };
}
