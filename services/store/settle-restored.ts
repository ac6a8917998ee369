// What restored rows say of a world that has moved on: nothing may run before recovery has looked.

import { leasedStates } from '../domain/operation.ts';
import { systemRole } from './check-isolation.ts';
import { expireLeases } from './leases.ts';
import type { Tx } from './transaction.ts';

/** What a restore has put right. */
export type Restored = { stacksUnsettled: number; operationsInterrupted: number };

/**
 * Marks every stack that may stand as unsettled, and interrupts operations that a worker held when the backup was made; nobody died of
 * them. The rows are of this program's schema by then.
 */
export async function settleRestored(tx: Tx): Promise<Restored> {
  await tx.sql`select set_config('role', ${systemRole}, true)`;
  await forgetLinked(tx);
  // Numbers of another server's transactions.
  await tx.sql`update events set xact = 0 where xact <> 0`;
  // A mark without an operation says that nobody knows how the last runner of the stack ended.
  const { count: stacksUnsettled } = await tx.sql`
    update stacks set unsettled_at = coalesce(unsettled_at, now()), state_login = null where destroyed_at is null
  `;
  await tx.sql`
    update operations set lease_until = '-infinity'
    where state = any(${[...leasedStates]}) and lease_until is not null
  `;
  let operationsInterrupted = 0;
  for (;;) {
    const expired = await expireLeases(tx, { countDeaths: false });
    if (expired.length === 0) return { stacksUnsettled, operationsInterrupted };
    operationsInterrupted += expired.length;
  }
}

/** Whatever is added to the audit trail waits for a link, also what came with its link. */
async function forgetLinked(tx: Tx): Promise<void> {
  await tx.sql`delete from audit_unlinked u using audit_links l where l.event_id = u.event_id`;
}
