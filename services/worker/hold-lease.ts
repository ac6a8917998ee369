// Keeps one operation's lease while it is worked on, and tells at once when it is lost or a cancel was asked for.

import { isFleetyardError } from '../domain/errors.ts';
import { readMonotonicClock } from '../engine/monotonic-clock.ts';
import { extendLease, type Lease } from '../store/leases.ts';
import type { WorkerContext } from './context.ts';

/** A lease that is being extended. */
export type HeldLease = Lease & {
  /** Aborts when somebody else owns the operation, or nobody could be asked for as long as the lease lasts. */
  lost: AbortSignal;
  /** Aborts when a cancel was asked for, or this worker is told to hand over. */
  cancelled: AbortSignal;
  /** When this worker gives the operation up unless the lease is extended, on the monotonic clock. */
  getDeadline(): number;
  /** Asks at once instead of at the next heartbeat. */
  beat(): void;
  release(): void;
};

/** A third of the lease leaves room for two failed attempts. */
export const beatsPerLease = 3;
/** The part of a lease that is left, when this worker gives it up, to end what it started: another may begin right after. */
const margin = 0.1;

/** A clock that runs out unless it is set ahead; it needs no answer of anybody to do so. */
function startDeadline(from: number, milliseconds: number, runOut: () => void) {
  let until = from + milliseconds;
  let timer: NodeJS.Timeout;
  const watch = (): void => {
    const left = until - readMonotonicClock();
    if (left <= 0) return runOut();
    timer = setTimeout(watch, left);
  };
  watch();
  return {
    get: () => until,
    restart(since: number) {
      until = since + milliseconds;
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Starts to extend the lease, which was asked for at `claimedAt` on the monotonic clock. A database that can't be reached, or does not
 * answer, loses it when its time is over, not before and not later.
 */
export function keepLease(
  context: WorkerContext,
  lease: Lease,
  options: { cancelRequested: boolean; handOver: AbortSignal; claimedAt: number },
): HeldLease {
  const lost = new AbortController();
  const cancelled = new AbortController();
  if (options.cancelRequested) cancelled.abort();
  const leaseMilliseconds = context.leaseSeconds * 1000;
  const deadline = startDeadline(options.claimedAt, leaseMilliseconds * (1 - margin), () => lost.abort());
  let beating = false;

  const beat = async (): Promise<void> => {
    if (beating) return;
    beating = true;
    const asked = readMonotonicClock();
    try {
      const answer = await context.store.asUrgent((tx) =>
        extendLease(tx, { ...lease, leaseSeconds: context.leaseSeconds }),
      );
      if (answer.lost) lost.abort();
      else {
        deadline.restart(asked);
        if (answer.cancelRequested) cancelled.abort();
      }
    } catch (error) {
      context.logger.warn({ err: error, operation: lease.operationId }, 'the lease could not be extended');
      if (isFleetyardError(error, 'lease-lost')) lost.abort();
    } finally {
      beating = false;
    }
  };

  const timer = setInterval(() => void beat(), leaseMilliseconds / beatsPerLease);
  return {
    ...lease,
    lost: lost.signal,
    cancelled: AbortSignal.any([cancelled.signal, options.handOver]),
    getDeadline: deadline.get,
    beat: () => void beat(),
    release() {
      clearInterval(timer);
      deadline.stop();
    },
  };
}
