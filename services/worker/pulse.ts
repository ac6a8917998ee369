// Whether the worker still goes its rounds: one whose rounds stand still takes no lost job and ends no expired lease.

import { readMonotonicClock } from '../engine/monotonic-clock.ts';

/** The pulse of one worker. */
export type Pulse = { beat(): void; isAlive(): boolean };

/** As the health check of a container has it: a round waits for a database that does not answer, and is not dead for that. */
const silentSeconds = 120;

/** Begins with a beat. */
export function startPulse(now = readMonotonicClock): Pulse {
  let last = now();
  return {
    beat() {
      last = now();
    },
    isAlive: () => now() - last <= silentSeconds * 1000,
  };
}
