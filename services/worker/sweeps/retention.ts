// Forgets what is past its time, in batches: nothing waits for it, and it must not hold up anybody.

import { cutAuditTrail } from '../../store/audit-links.ts';
import { deleteOldIdempotencyKeys } from '../../store/idempotency.ts';
import { deleteOldOperations, deleteOldSnapshots } from '../../store/retention.ts';
import type { WorkerContext } from '../context.ts';

/** How many batches of each kind one sweep takes; the next one goes on. */
const batchesAtOnce = 10;

/** One round. What of one kind fails does not keep the others from being forgotten. */
export async function forgetOld({ store, retention, logger }: Pick<WorkerContext, 'store' | 'retention' | 'logger'>) {
  const { operations, snapshots, history, auditDays: days } = retention;
  const kinds = {
    keys: () => store.asSystem((tx) => deleteOldIdempotencyKeys(tx)),
    operations: () => store.asSystem((tx) => deleteOldOperations(tx, operations)),
    snapshots: () => store.asSystem((tx) => deleteOldSnapshots(tx, snapshots)),
    history: () => store.pruneStateHistory(history),
    audit: async () => (days === undefined ? 0 : store.asSystem((tx) => cutAuditTrail(tx, { days }))),
  };
  const forgotten: Record<string, number> = {};
  for (const [kind, forget] of Object.entries(kinds)) {
    try {
      const count = await repeat(forget);
      if (count > 0) forgotten[kind] = count;
    } catch (error) {
      logger.warn({ err: error, kind }, 'what is past its time could not be forgotten');
    }
  }
  if (Object.keys(forgotten).length > 0) logger.info(forgotten, 'forgot what was past its time');
}

async function repeat(forget: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let round = 0; round < batchesAtOnce; round += 1) {
    const count = await forget();
    total += count;
    if (count === 0) break;
  }
  return total;
}
