// Keeps desired and observed together: finds operations whose worker vanished and jobs that Redis lost.

import { setTimeout as delay } from 'node:timers/promises';
import { expireLeases, listLostJobs } from '../../store/leases.ts';
import type { WorkerContext } from '../context.ts';
import { forgetOld } from './retention.ts';
import { sweepStateLogins, sweepWorkFolders } from './sweep-left-overs.ts';

/** One round: interrupts operations whose lease is over, and signals everything that a worker could claim now. */
export async function sweepOnce({ store, queue, logger }: WorkerContext): Promise<void> {
  const expired = await store.asSystem((tx) => expireLeases(tx));
  if (expired.length > 0) logger.warn({ operations: expired.map((signal) => signal.operationId) }, 'leases are over');
  const claimable = await store.asSystem((tx) => listLostJobs(tx));
  // Adding a job that is there already does nothing, so that this costs little when nothing was lost.
  await queue.enqueue(claimable);
}

/** Seconds between two rounds of retention: nothing waits for it. */
const retentionSeconds = 600;

/** Sweeps until the signal aborts. A round that fails is reported and the next one tries again. */
export async function runSweeps(
  context: WorkerContext,
  options: { everySeconds: number; signal: AbortSignal; onRound?: (() => Promise<void>) | undefined },
): Promise<void> {
  const warn = (error: unknown): void => context.logger.warn({ err: error }, 'a sweep failed');
  let forgotAt = -Infinity;
  while (!options.signal.aborted) {
    for (const sweep of [sweepOnce, sweepWorkFolders, sweepStateLogins]) await sweep(context).catch(warn);
    if (performance.now() - forgotAt >= retentionSeconds * 1000) {
      forgotAt = performance.now();
      await forgetOld(context);
    }
    await options.onRound?.().catch(warn);
    await delay(options.everySeconds * 1000, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
