// Keeps one operation's lease while it is worked on, and tells at once when it is lost or a cancel was asked for.

import { isFleetyardError } from '../domain/errors.ts';
import { extendLease, type Lease } from '../store/leases.ts';
import type { WorkerContext } from './context.ts';

/** A lease that is being extended. */
export type HeldLease = Lease & {
  /** Aborts when somebody else owns the operation, or nobody could be asked for as long as the lease lasts. */
  lost: AbortSignal;
  /** Aborts when a cancel was asked for, or this worker is told to hand over. */
  cancelled: AbortSignal;
  /** Asks at once instead of at the next heartbeat. */
  beat(): void;
  release(): void;
};

/** A third of the lease leaves room for two failed attempts. */
const beatsPerLease = 3;

/** Starts to extend the lease. A database that can't be reached loses it when its time is over, not before. */
export function keepLease(
  context: WorkerContext,
  lease: Lease,
  options: { cancelRequested: boolean; handOver: AbortSignal },
): HeldLease {
  const lost = new AbortController();
  const cancelled = new AbortController();
  if (options.cancelRequested) cancelled.abort();
  const period = (context.leaseSeconds * 1000) / beatsPerLease;
  let lastBeat = performance.now();
  let beating = false;

  const judge = (): void => {
    if (performance.now() - lastBeat >= context.leaseSeconds * 1000) lost.abort();
  };
  const beat = async (): Promise<void> => {
    // First, for a database that hangs never answers the beat that is under way.
    judge();
    if (beating) return;
    beating = true;
    const asked = performance.now();
    try {
      const answer = await context.store.asUrgent((tx) =>
        extendLease(tx, { ...lease, leaseSeconds: context.leaseSeconds }),
      );
      if (answer.lost) lost.abort();
      else {
        lastBeat = asked;
        if (answer.cancelRequested) cancelled.abort();
      }
    } catch (error) {
      context.logger.warn({ err: error, operation: lease.operationId }, 'the lease could not be extended');
      if (isFleetyardError(error, 'lease-lost')) lost.abort();
    } finally {
      beating = false;
    }
    judge();
  };

  const timer = setInterval(() => void beat(), period);
  return {
    ...lease,
    lost: lost.signal,
    cancelled: AbortSignal.any([cancelled.signal, options.handOver]),
    beat: () => void beat(),
    release: () => clearInterval(timer),
  };
}
