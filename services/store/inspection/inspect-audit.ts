// A quick look at the audit trail: whether what was committed is linked, and whether the end of each chain holds.

import { findLinkFault, type ChainFault } from '../../domain/audit-chain.ts';
import type { AuditReader } from '../read-audit-trail.ts';
import type { Query } from '../transaction.ts';

/** How many links of each chain are looked at. */
const tail = 100;

/** What was found. */
export type AuditFacts = { chains: number; looked: number; broken: (ChainFault & { chain: string })[] };

/** Looks at the newest links of as many chains as there is time for. */
export async function inspectChains(reader: AuditReader, until: AbortSignal): Promise<AuditFacts> {
  const chains = await reader.listChains();
  const broken: AuditFacts['broken'] = [];
  let looked = 0;
  for (const chain of chains) {
    if (until.aborted) break;
    const fault = await findTailFault(reader, chain);
    if (fault !== undefined) broken.push({ ...fault, chain });
    looked += 1;
  }
  return { chains: chains.length, looked, broken };
}

async function findTailFault(reader: AuditReader, chain: string): Promise<ChainFault | undefined> {
  const newest = await reader.readTail(chain, tail);
  let { head } = newest;
  for (const link of newest.links) {
    const fault = findLinkFault(head, link);
    if (fault !== undefined) return fault;
    head = link;
  }
  return undefined;
}

/** Events that wait for the linker for longer than it should take. */
export async function countUnlinked(sql: Query): Promise<{ waiting: number; seconds: number }> {
  const [row] = await sql<{ waiting: number; seconds: number }[]>`
    select count(*)::integer as waiting,
      coalesce(extract(epoch from clock_timestamp() - min(e.at)), 0)::float8 as seconds
    from audit_unlinked u join audit_events e on e.id = u.event_id
  `;
  return row ?? { waiting: 0, seconds: 0 };
}
