import { Readable } from 'node:stream';
import { type AuditFilter, listAuditEvents as listStoredEvents } from '../../store/audit-events.ts';
import type { Work } from '../../store/open-store.ts';
import type { PageRequest } from '../../store/pages.ts';
import type { Handler, QueryOf } from '../call.ts';
import { describeAuditEvent } from '../describe-audit.ts';
import { describePage, readPage } from '../pages.ts';
import { ParameterProblem } from '../problems.ts';

type List = (page: PageRequest) => ReturnType<typeof listStoredEvents>;

/** Lists audit events, the newest first, or streams all that fit as lines, the oldest first. */
export const listAuditEvents: Handler<'listAuditEvents'> = async ({ parts, projectId, query, headers, signal }) => {
  const { store } = parts;
  const run = <T>(work: Work<T>) => (projectId === null ? store.asSystem(work) : store.asProject(projectId, work));
  const filter = readFilter(query);
  const list: List = (page) => run((tx) => listStoredEvents(tx, { ...page, ...filter }));
  if (/\bapplication\/(jsonl|x-ndjson)\b/.test(headers.accept ?? '')) {
    return { status: 200, contentType: 'application/jsonl', body: Readable.from(writeLines(list, signal)) };
  }
  return describePage('/v1/audit-events', query, await list({ ...readPage(query), order: 'desc' }), describeAuditEvent);
};

function readFilter({ since, until, token, endpoint, resource, result }: QueryOf<'listAuditEvents'>): AuditFilter {
  return { since: readTime('since', since), until: readTime('until', until), token, endpoint, resource, result };
}

const earliest = Date.UTC(1970, 0);
const latest = Date.UTC(9999, 0);

/** A time that the database can compare with; nothing was told before or after those bounds. */
function readTime(parameter: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  // The contract's format takes leap seconds, which nobody's clock here has.
  if (Number.isNaN(time))
    throw new ParameterProblem([{ parameter, code: 'wrong-form', message: 'is not a time that there is' }]);
  return new Date(Math.min(Math.max(time, earliest), latest));
}

/** Reads the next page when the caller has taken the last one, so that memory does not grow with the trail. */
async function* writeLines(list: List, signal: AbortSignal): AsyncGenerator<string> {
  let cursor: string | null = null;
  do {
    const { items, nextCursor } = await list({ limit: 500, order: 'asc', ...(cursor === null ? {} : { cursor }) });
    yield items.map((event) => `${JSON.stringify(describeAuditEvent(event))}\n`).join('');
    cursor = nextCursor;
  } while (cursor !== null && !signal.aborted);
}
