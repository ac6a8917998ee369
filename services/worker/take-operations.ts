// Takes operations as long as there is room: a signal only wakes, and PostgreSQL says what is next.

import type { ClaimedOperation } from '../store/leases.ts';
import { claimNext, type RunningLimits } from '../store/claim-next.ts';
import { readMonotonicClock } from '../engine/monotonic-clock.ts';
import type { WorkerContext } from './context.ts';
import type { Room } from './room.ts';

/** An operation that was just claimed, and when that was asked for on the monotonic clock. */
export type Taken = { operation: ClaimedOperation; claimedAt: number };

/** What a taker needs. */
export type TakerOptions = {
  limits: RunningLimits;
  room: Room;
  /** Begins to run what was taken; must not wait for its end, nor throw. */
  begin(taken: Taken): void;
  /** Takes nothing more when it aborts. */
  ending: AbortSignal;
};

/** Takes operations. */
export type Taker = {
  /** Looks for work, unless it does so already: then once more after that. Resolves when nothing more could be taken. */
  wake(): Promise<void>;
  /** Resolves when nothing is being looked for. */
  settled(): Promise<void>;
};

/** Makes the taker of one worker. */
export function createTaker(context: WorkerContext, { limits, room, begin, ending }: TakerOptions): Taker {
  const { store, owner, leaseSeconds, logger } = context;
  let again = false;
  let looking: Promise<void> | undefined;

  const takeOne = async (): Promise<boolean> => {
    const claimedAt = readMonotonicClock();
    const operation = await store.asSystem((tx) =>
      claimNext(tx, { owner, leaseSeconds, limits, admits: (candidate) => room.admits(candidate) }),
    );
    if (operation === undefined) return false;
    begin({ operation, claimedAt });
    return true;
  };

  const look = async (): Promise<void> => {
    while (again) {
      again = false;
      while (!ending.aborted && !room.isFull() && (await takeOne()));
    }
  };

  return {
    wake() {
      again = true;
      looking ??= look()
        .catch((error: unknown) => logger.warn({ err: error }, 'nothing could be claimed; the sweep tries again'))
        .finally(() => {
          looking = undefined;
        });
      return looking;
    },
    settled: () => looking ?? Promise.resolve(),
  };
}
