// Writes that must not be lost while the database is away: they are tried again for as long as the lease holds.

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
export async function writeUnderLease<T>(
  { store, logger, leaseSeconds }: Pick<WorkerContext, 'store' | 'logger' | 'leaseSeconds'>,
  lease: HeldLease,
  work: Work<T>,
): Promise<T> {
  for (;;) {
    try {
      return await store.asSystem(work);
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
