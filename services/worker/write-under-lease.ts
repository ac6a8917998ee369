// What a step asks of the database must not be lost while that is away: it is tried again for as long as the lease holds.

import { setTimeout as delay } from 'node:timers/promises';
import { FleetyardError, isFleetyardError } from '../domain/errors.ts';
import type { Work } from '../store/open-store.ts';
import type { WorkerContext } from './context.ts';
import type { HeldLease } from './hold-lease.ts';

/** Pauses between two attempts, as parts of the lease. */
const pausesPerLease = 60;

/**
 * Runs fenced work as the system. A database that does not answer is asked again, as its answer to a commit may have been lost: then the
 * fence refuses the second attempt. Throws `lease-lost` when the lease is over.
 */
export function writeUnderLease<T>(
  context: Pick<WorkerContext, 'store' | 'logger' | 'leaseSeconds'>,
  lease: HeldLease,
  work: Work<T>,
): Promise<T> {
  return insistUnderLease(context, lease, () => context.store.asSystem(work));
}

/** The same for anything else that asks the database, throws `unavailable` when that is away, and may be done twice. */
export async function insistUnderLease<T>(
  { logger, leaseSeconds }: Pick<WorkerContext, 'logger' | 'leaseSeconds'>,
  lease: HeldLease,
  ask: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isFleetyardError(error, 'unavailable')) throw error;
      logger.warn({ err: error, operation: lease.operationId }, 'the database is away; it is asked again');
    }
    await delay((leaseSeconds * 1000) / pausesPerLease, undefined, { signal: lease.lost }).catch(() => undefined);
    if (lease.lost.aborted) {
      throw new FleetyardError('lease-lost', 'The database was away for longer than the lease.');
    }
  }
}
