// What restored rows say of a world that has moved on: nothing may run before recovery has looked.

import { leasedStates } from '../domain/operation.ts';
import { systemRole } from './check-isolation.ts';
import { expireLeases } from './leases.ts';
import type { Tx } from './transaction.ts';

/** What a restore has put right. */
export type Restored = { stacksUnsettled: number; operationsInterrupted: number };

/** Marks every stack that may stand as unsettled, and interrupts operations that a worker held when the backup was made. */
export async function settleRestored(tx: Tx): Promise<Restored> {
  await tx.sql`select set_config('role', ${systemRole}, true)`;
  const stacksUnsettled = await markStacksUnsettled(tx);
  await forgetLinked(tx);
  await tx.sql`
    update operations set lease_until = '-infinity'
    where state = any(${[...leasedStates]}) and lease_until is not null
  `;
  let operationsInterrupted = 0;
  for (let expired = await expireLeases(tx); expired.length > 0; expired = await expireLeases(tx)) {
    operationsInterrupted += expired.length;
  }
  return { stacksUnsettled, operationsInterrupted };
}

/** A mark without an operation says that nobody knows how the last runner of the stack ended. */
async function markStacksUnsettled(tx: Tx): Promise<number> {
  const [marked] = await tx.sql`
    select 1 from information_schema.columns where table_name = 'stacks' and column_name = 'unsettled_at'
  `;
  // A schema from before the mark: the migration that adds it marks every stack.
  if (marked === undefined) return 0;
  const { count } = await tx.sql`
    update stacks set unsettled_at = coalesce(unsettled_at, now()), state_login = null where destroyed_at is null
  `;
  return count;
}

/** Whatever is added to the audit trail waits for a link, also what came with its link. */
async function forgetLinked(tx: Tx): Promise<void> {
  const [found] = await tx.sql`select 1 from information_schema.tables where table_name = 'audit_unlinked'`;
  if (found === undefined) return;
  await tx.sql`delete from audit_unlinked u using audit_links l where l.event_id = u.event_id`;
}
