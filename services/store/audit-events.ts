// Audit events: added in the unit of work of what they tell, or in batches; read by page; never altered.

import postgres from 'postgres';
import { type AuditEvent, auditFields, type AuditResult, auditResults } from '../domain/audit.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, json, type Tx } from './transaction.ts';

/** An event to be added; `at` is the database's clock when not said. */
export type NewAuditEvent = Omit<AuditEvent, 'id' | 'at' | 'replayed' | 'count'> &
  Partial<Pick<AuditEvent, 'at' | 'replayed' | 'count'>>;

/** An event that tells nothing yet, to be filled in. */
export const blankAuditEvent: Omit<NewAuditEvent, 'kind' | 'projectId'> = {
  tokenId: null,
  tokenName: null,
  tokenRole: null,
  tokenProjectId: null,
  endpoint: null,
  method: null,
  resourceKind: null,
  resourceId: null,
  resourceName: null,
  address: null,
  userAgent: null,
  status: null,
  problem: null,
  requestId: null,
  operationId: null,
};

/** An event with its place in the chain, once it has one. */
export type LinkedAuditEvent = AuditEvent & { position: number | null; hash: Buffer | null };

/** Adds events. A project's unit of work adds to its own project's chain alone. */
export async function addAuditEvents(tx: Tx, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => {
    const row = { replayed: false, count: 1, ...event, id: newId(idPrefixes.auditEvent) };
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [postgres.fromCamel(name), value]));
  });
  // One text of a statement for any number of rows, so that a batch is prepared once.
  await tx.sql`
    insert into audit_events
    select event.* from jsonb_array_elements(${json(tx, rows)}) as given (fields),
      jsonb_populate_record(null::audit_events, jsonb_build_object('at', clock_timestamp()) || fields) as event
  `;
}

/** What a list of events is narrowed to. */
export type AuditFilter = {
  since?: Date | undefined;
  until?: Date | undefined;
  /** Id or name of the token. */
  token?: string | undefined;
  endpoint?: string | undefined;
  /** Id or name of the resource. */
  resource?: string | undefined;
  result?: AuditResult | undefined;
};

/** Lists events of the unit's project, or of all for the system; the newest first unless said otherwise. */
export async function listAuditEvents(
  tx: Tx,
  { limit, cursor, order = 'desc', ...filter }: PageRequest & AuditFilter,
): Promise<Page<LinkedAuditEvent>> {
  const { sql } = tx;
  const { since, until, token, endpoint, resource, result } = filter;
  const [lowest, highest] = result === undefined ? [0, 0] : auditResults[result];
  const names = auditFields.map((name) => `e.${name}`);
  const rows = await sql<LinkedAuditEvent[]>`
    select ${columns(tx, names)}, l.position::double precision as position, l.hash
    from audit_events e left join audit_links l on l.event_id = e.id
    where ${tx.projectId === null ? sql`true` : sql`e.project_id = ${tx.projectId}`}
      ${since === undefined ? sql`` : sql`and e.at >= ${since}`}
      ${until === undefined ? sql`` : sql`and e.at < ${until}`}
      ${token === undefined ? sql`` : sql`and (e.token_id = ${token} or e.token_name = ${token})`}
      ${endpoint === undefined ? sql`` : sql`and e.endpoint = ${endpoint}`}
      ${resource === undefined ? sql`` : sql`and (e.resource_id = ${resource} or e.resource_name = ${resource})`}
      ${result === undefined ? sql`` : sql`and e.status between ${lowest} and ${highest}`}
      ${cursor === undefined ? sql`` : sql`and e.id ${order === 'asc' ? sql`>` : sql`<`} ${decodeCursor(cursor)}`}
    order by e.id ${order === 'asc' ? sql`asc` : sql`desc`} limit ${limit + 1}
  `;
  return toPage(rows, limit);
}
