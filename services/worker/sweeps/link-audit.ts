// Links the audit trail: what was committed since the last round gets its place in the chain of its project.

import { linkAuditEvents } from '../../store/audit-links.ts';
import { settleAuditTallies } from '../../store/audit-tallies.ts';
import type { WorkerContext } from '../context.ts';

/** One round, until nothing is left. Of several workers one links at a time. */
export async function linkAudit({ store }: Pick<WorkerContext, 'store'>, signal: AbortSignal): Promise<void> {
  await store.asSystem((tx) => settleAuditTallies(tx));
  let linked = 1;
  while (linked > 0 && !signal.aborted) linked = await store.asSystem((tx) => linkAuditEvents(tx));
}
