// Pages of lists: the query's parameters, and the answer with its link to the next page.

import { decodeCursor, type Page, type PageRequest } from '../store/pages.ts';
import { ParameterProblem } from './problems.ts';

type PageQuery = { cursor?: string; limit?: number };

const defaultLimit = 50;

/** What the store needs to find the page; refuses a cursor that no list returned. */
export function readPage({ cursor, limit = defaultLimit }: PageQuery): PageRequest {
  if (cursor !== undefined) checkCursor(cursor);
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page as an answer; `Link` names the next one with the same filters. */
export function describePage<Row, Item>(
  path: string,
  query: PageQuery & Record<string, unknown>,
  page: Page<Row>,
  describe: (row: Row) => Item,
): { status: 200; headers: Record<string, string>; body: { items: Item[]; nextCursor: string | null } } {
  const { nextCursor } = page;
  const headers: Record<string, string> = {};
  if (nextCursor !== null) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, cursor: nextCursor })) search.set(name, String(value));
    headers['link'] = `<${path}?${search.toString()}>; rel="next"`;
  }
  return { status: 200, headers, body: { items: page.items.map(describe), nextCursor } };
}

function checkCursor(cursor: string): void {
  try {
    decodeCursor(cursor);
  } catch {
    throw new ParameterProblem([
      { parameter: 'cursor', code: 'cursor-invalid', message: 'is not one that this list returned' },
    ]);
  }
}
