// Links the audit trail: what was committed since the last round gets its place in the chain of its project.

import { linkAuditEvents } from '../../store/audit-links.ts';
import { settleAuditTallies } from '../../store/audit-tallies.ts';
import type { WorkerContext } from '../context.ts';

/** How many batches one sweep takes; the next one goes on. */
const batchesAtOnce = 20;

/** One round. Of several workers one links at a time. */
export async function linkAudit({ store }: Pick<WorkerContext, 'store'>): Promise<void> {
  await store.asSystem((tx) => settleAuditTallies(tx));
  for (let round = 0; round < batchesAtOnce; round += 1) {
    if ((await store.asSystem((tx) => linkAuditEvents(tx))) === 0) return;
  }
}
