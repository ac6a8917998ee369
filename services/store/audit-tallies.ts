// What the audit trail counts instead of telling it one by one: summed up for a minute, then added as one event. Only the system does this.

import { addAuditEvents, blankAuditEvent, type NewAuditEvent } from './audit-events.ts';
import { json, type Tx } from './transaction.ts';

/** So many of one minute, from one address; without a token for callers that nobody knows. */
export type AuditTally = { minute: Date; address: string; tokenId: string | null; count: number };

/** Adds to the sums; several processes count into the same ones. */
export async function addAuditTallies(tx: Tx, tallies: readonly AuditTally[]): Promise<void> {
  if (tallies.length === 0) return;
  const rows = tallies.map(({ tokenId, ...tally }) => ({ ...tally, token_id: tokenId ?? '' }));
  // In one order, or two processes could wait for each other.
  await tx.sql`
    insert into audit_tallies as sums (minute, address, token_id, count)
    select minute, address, token_id, count from jsonb_populate_recordset(null::audit_tallies, ${json(tx, rows)})
    order by minute, address, token_id
    on conflict (minute, address, token_id) do update set count = sums.count + excluded.count
  `;
}

type SumRow = Pick<NewAuditEvent, 'projectId' | 'tokenName' | 'tokenRole'> & AuditTally;

/** How long after its end a minute may still be counted into. */
const graceSeconds = 30;

/** Makes events of the minutes that are over, and returns how many. */
export async function settleAuditTallies(tx: Tx, limit = 1000): Promise<number> {
  const sums = await tx.sql<SumRow[]>`
    with gone as (
      delete from audit_tallies where (minute, address, token_id) in (
        select minute, address, token_id from audit_tallies
        where minute < now() - make_interval(secs => ${60 + graceSeconds})
        order by minute, address, token_id limit ${limit} for update
      ) returning *
    )
    select g.minute, g.address, nullif(g.token_id, '') as token_id, g.count, t.project_id,
      t.name as token_name, t.role as token_role
    from gone g left join tokens t on t.id = g.token_id order by g.minute, g.address, g.token_id
  `;
  const events = sums.map(({ minute, ...sum }): NewAuditEvent => {
    const kind = sum.tokenId === null ? 'strangers' : 'surplus';
    return { ...blankAuditEvent, ...sum, kind, at: minute, tokenProjectId: sum.projectId };
  });
  await addAuditEvents(tx, events);
  return sums.length;
}
