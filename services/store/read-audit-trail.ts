// Reads the whole audit trail as it is at one moment: for its check, and to take it elsewhere.

import { type AuditEvent, auditFields, platformChain } from '../domain/audit.ts';
import { type ChainHead, emptyHead, type ReadLink } from '../domain/audit-chain.ts';
import { systemRole } from './check-isolation.ts';
import { connect } from './connection.ts';
import type { Query } from './transaction.ts';

/** Events that no link stands for. */
type Unlinked = {
  /** Those that the linker will come to. */
  waiting: number;
  /** The first that nobody will link. */
  lost: string | null;
  /** The first that is gone before it was linked; nobody knows of which chain, so it is told with the platform's. */
  gone: string | null;
};

/** The trail while it is read. */
export type AuditReader = {
  /** Every chain that there may be. */
  listChains(): Promise<string[]>;
  /** Id of a project by its id or name. */
  findProjectId(idOrName: string): Promise<string | undefined>;
  /** Where a chain begins: behind the last link that retention took, or at nothing. */
  readStart(chain: string): Promise<ChainHead>;
  /** Links in their order, with their events, a batch at a time. */
  readLinks(chain: string): AsyncIterable<readonly ReadLink[]>;
  /** The newest links in their order, and where they follow on. */
  readTail(chain: string, links: number): Promise<{ head: ChainHead; links: readonly ReadLink[] }>;
  readUnlinked(chain: string): Promise<Unlinked>;
  close(): Promise<void>;
};

type LinkRow = { [Name in keyof AuditEvent]: AuditEvent[Name] | null } & {
  linkPosition: number;
  linkHash: Buffer;
  linkEventId: string;
};

const batch = 1000;

/** Begins to read. */
export async function openAuditReader(url: string): Promise<AuditReader> {
  const sql = connect({ url, applicationName: 'fleetyard-audit', max: 1, keepOpen: true });
  try {
    await sql`set idle_in_transaction_session_timeout = 0`;
    await sql.unsafe('begin isolation level repeatable read read only');
    await sql`select set_config('role', ${systemRole}, true)`;
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  const readStart = async (chain: string): Promise<ChainHead> => {
    const [anchor] = await sql<ChainHead[]>`
      select position::double precision as position, hash from audit_anchors where chain = ${chain}
    `;
    return anchor ?? emptyHead;
  };
  return {
    async listChains() {
      const rows = await sql<{ chain: string }[]>`
        select id as chain from projects union select 'platform' union select chain from audit_links
        union select chain from audit_anchors order by chain
      `;
      return rows.map(({ chain }) => chain);
    },
    async findProjectId(idOrName) {
      const [row] = await sql<{ id: string }[]>`select id from projects where id = ${idOrName} or name = ${idOrName}`;
      return row?.id;
    },
    readStart,
    readLinks: (chain) => readLinks(sql, chain),
    async readTail(chain, links) {
      const newest = (await readBackwards(sql, chain, links + 1)).toReversed();
      const [first, ...rest] = newest;
      if (first === undefined || newest.length <= links) return { head: await readStart(chain), links: newest };
      return { head: first, links: rest };
    },
    readUnlinked: (chain) => readUnlinked(sql, chain),
    close: () => sql.end({ timeout: 1 }),
  };
}

function selectLinks(sql: Query, chain: string) {
  return sql`
    select l.position::double precision as link_position, l.hash as link_hash, l.event_id as link_event_id,
      ${sql(auditFields.map((name) => `e.${name}`))}
    from audit_links l left join audit_events e on e.id = l.event_id
    where l.chain = ${chain}
  `;
}

async function readBackwards(sql: Query, chain: string, links: number): Promise<ReadLink[]> {
  const rows = await sql<LinkRow[]>`${selectLinks(sql, chain)} order by l.position desc limit ${links}`;
  return rows.map(describeLink);
}

async function* readLinks(sql: Query, chain: string): AsyncGenerator<readonly ReadLink[]> {
  let after = 0;
  for (;;) {
    const rows = await sql<LinkRow[]>`
      ${selectLinks(sql, chain)} and l.position > ${after} order by l.position limit ${batch}
    `;
    if (rows.length > 0) yield rows.map(describeLink);
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) return;
    after = last.linkPosition;
  }
}

function describeLink({ linkPosition, linkHash, linkEventId, ...event }: LinkRow): ReadLink {
  // The left join leaves every field empty when there is no event.
  const found = event.id === null ? undefined : (event as AuditEvent);
  return { position: linkPosition, hash: linkHash, eventId: linkEventId, event: found };
}

async function readUnlinked(sql: Query, chain: string): Promise<Unlinked> {
  const [row] = await sql<{ waiting: number; lost: string | null }[]>`
    select count(u.event_id)::integer as waiting, min(e.id) filter (where u.event_id is null) as lost
    from audit_events e left join audit_unlinked u on u.event_id = e.id
    where coalesce(e.project_id, ${platformChain}) = ${chain}
      and not exists (select 1 from audit_links l where l.event_id = e.id)
  `;
  const [gone] = await sql<{ id: string }[]>`
    select u.event_id as id from audit_unlinked u
    where ${chain} = ${platformChain} and not exists (select 1 from audit_events e where e.id = u.event_id)
    order by u.event_id limit 1
  `;
  return { waiting: 0, lost: null, ...row, gone: gone?.id ?? null };
}
