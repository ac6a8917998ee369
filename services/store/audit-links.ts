// The chains over the audit trail: the one linker at a time, and the cut of what is past its time.

import { type AuditEvent, auditFields, nameChain, platformChain } from '../domain/audit.ts';
import { type ChainHead, emptyHead, linkEvent } from '../domain/audit-chain.ts';
import { columns, json, only, type Tx } from './transaction.ts';

// Any number does, as long as every release uses the same.
const linkerKey = 7_305_118_403;

/**
 * Links events that were committed and have no link yet, and returns how many: the order of the chain is the order of linking. Nobody waits
 * for it; while another process links, it does nothing.
 */
export async function linkAuditEvents(tx: Tx, limit = 1000): Promise<number> {
  const { taken } = only(await tx.sql<{ taken: boolean }[]>`select pg_try_advisory_xact_lock(${linkerKey}) as taken`);
  if (!taken) return 0;
  const events = await tx.sql<AuditEvent[]>`
    select ${columns(tx, auditFields)} from audit_events
    where id = any(array(
      select u.event_id from audit_unlinked u
      where exists (select 1 from audit_events e where e.id = u.event_id) order by u.event_id limit ${limit}
    ))
    order by id
  `;
  if (events.length === 0) return 0;
  const heads = await readHeads(tx, [...new Set(events.map(({ projectId }) => nameChain(projectId)))]);
  const links = events.map((event) => {
    const chain = nameChain(event.projectId);
    const head = linkEvent(heads.get(chain) ?? emptyHead, event);
    heads.set(chain, head);
    return { chain, position: head.position, event_id: event.id, hash: `\\x${head.hash.toString('hex')}` };
  });
  await tx.sql`
    insert into audit_links (chain, position, event_id, hash)
    select chain, position, event_id, hash from jsonb_populate_recordset(null::audit_links, ${json(tx, links)})
  `;
  await tx.sql`delete from audit_unlinked where event_id = any(${events.map(({ id }) => id)})`;
  return events.length;
}

/** Cuts a batch of what is older than so many days off each chain, and returns how many events went; 30 days are the least. */
export async function cutAuditTrail(tx: Tx, { days, limit = 1000 }: { days: number; limit?: number }): Promise<number> {
  const before = tx.sql`now() - make_interval(secs => ${days} * 86400.0)`;
  const rows = await tx.sql<{ cut: number }[]>`
    select cut_audit_trail(chains.chain, ${before}, ${limit}) as cut
    from (select id as chain from projects union all select ${platformChain}) chains
    cross join lateral (
      select e.at from audit_links l join audit_events e on e.id = l.event_id
      where l.chain = chains.chain order by l.position limit 1
    ) oldest
    where oldest.at < ${before}
  `;
  return rows.reduce((sum, { cut }) => sum + cut, 0);
}

async function readHeads(tx: Tx, chains: readonly string[]): Promise<Map<string, ChainHead>> {
  const rows = await tx.sql<(ChainHead & { chain: string })[]>`
    select chains.chain, last.position, last.hash from unnest(${chains as string[]}::text[]) as chains (chain)
    cross join lateral (
      select position::double precision as position, hash from audit_links l
      where l.chain = chains.chain order by l.position desc limit 1
    ) last
  `;
  return new Map(rows.map(({ chain, ...head }) => [chain, head]));
}
