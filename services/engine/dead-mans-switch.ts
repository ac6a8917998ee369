// Ends a runner that heard nothing from its worker for as long as the lease lasts: another worker may own the stack by then.

import { readMonotonicClock } from './monotonic-clock.ts';

/** An armed switch; whoever hears from the worker moves its deadline. */
export type DeadMansSwitch = { extend(deadline: number): void; disarm(): void };

/** Timers take no longer times than this; a deadline beyond it is looked at again. */
const longestTimer = 2 ** 31 - 1;
/** What an event loop that was busy gets to read the lines that came meanwhile, before the switch believes in silence. */
const readingMilliseconds = 50;

/** Runs `end` once the deadline, on the monotonic clock, has passed. Deadlines only move ahead. */
export function armDeadMansSwitch(deadline: number, end: () => void): DeadMansSwitch {
  let until = deadline;
  let timer: NodeJS.Timeout | undefined;
  let armed = true;
  const isOver = (): boolean => readMonotonicClock() >= until;
  const arm = (milliseconds: number, fire: () => void): void => {
    clearTimeout(timer);
    if (armed) timer = setTimeout(fire, Math.min(longestTimer, Math.max(0, milliseconds)));
  };
  const watch = (): void => {
    if (!isOver()) return arm(until - readMonotonicClock(), watch);
    arm(readingMilliseconds, () => (isOver() ? end() : watch()));
  };
  watch();
  return {
    extend(later) {
      if (!(later > until)) return;
      until = later;
      watch();
    },
    disarm() {
      armed = false;
      clearTimeout(timer);
    },
  };
}
