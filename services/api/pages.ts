// Pages of lists: the query's parameters, and the answer with its link to the next page.

import type { LabelFilter, ListRequest } from '../store/list-resources.ts';
import { decodeCursor, decodeSortedCursor, type Page, type PageRequest, type Sort } from '../store/pages.ts';
import { ParameterProblem } from './problems.ts';

type PageQuery = { cursor?: string; limit?: number };
type SortName = Sort['by'] | `-${Sort['by']}`;
type ListQuery = PageQuery & { q?: string; sort?: SortName };

const defaultLimit = 50;

/** What the store needs to find the page; refuses a cursor that no list returned. */
export function readPage({ cursor, limit = defaultLimit }: PageQuery): PageRequest {
  if (cursor !== undefined) refuseUnless(() => decodeCursor(cursor));
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page as an answer; `Link` (RFC 8288) names the next one and the first with the same filters. */
export function describePage<Row, Item>(
  path: string,
  query: PageQuery & Record<string, unknown>,
  page: Page<Row>,
  describe: (row: Row) => Item,
): { status: 200; headers: Record<string, string>; body: { items: Item[]; nextCursor: string | null } } {
  const { nextCursor } = page;
  const { cursor: _cursor, ...filters } = query;
  const link = [`<${writeAddress(path, filters)}>; rel="first"`];
  if (nextCursor !== null) link.unshift(`<${writeAddress(path, { ...filters, cursor: nextCursor })}>; rel="next"`);
  return { status: 200, headers: { link: link.join(', ') }, body: { items: page.items.map(describe), nextCursor } };
}

/** What the store needs of a list that may be searched and sorted; refuses a cursor of another sort. */
export function readList({ q, sort: sorted, ...page }: ListQuery): ListRequest {
  const sort = sorted === undefined ? undefined : readSort(sorted);
  if (sort === undefined) return { ...readPage(page), q };
  const { cursor, limit = defaultLimit } = page;
  if (cursor !== undefined) refuseUnless(() => decodeSortedCursor(cursor, sort));
  return cursor === undefined ? { limit, q, sort } : { limit, cursor, q, sort };
}

/** What labels are asked for: `key=value`, `key`, or `!key`. */
export function readLabels(labels: readonly string[] = []): LabelFilter[] {
  return labels.map((text) => {
    if (text.startsWith('!')) return { key: text.slice(1), absent: true };
    const [key = '', value] = text.split('=');
    return value === undefined ? { key } : { key, value };
  });
}

function readSort(text: SortName): Sort {
  const descending = text.startsWith('-');
  const by = (descending ? text.slice(1) : text) as Sort['by'];
  return { by, order: descending ? 'desc' : 'asc' };
}

function writeAddress(path: string, query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

function refuseUnless(decode: () => unknown): void {
  try {
    decode();
  } catch {
    throw new ParameterProblem([
      { parameter: 'cursor', code: 'cursor-invalid', message: 'is not one that this list returned' },
    ]);
  }
}
