// The simulated clouds' clock: real time for records, scaled time for how long clouds take.
import { setTimeout as delay } from 'node:timers/promises';

/** Tells the time and lets scaled time pass. */
export type Clock = {
  now(): Date;
  scale: number;
  /** Waits for so many seconds of a cloud's time. */
  pass(cloudSeconds: number): Promise<void>;
  /** Waits for so many real seconds, as a fault orders. */
  wait(seconds: number): Promise<void>;
};

/** Makes a clock whose waits end with an AbortError when `signal` is aborted. */
export function createClock(scale: number, signal: AbortSignal, now = () => new Date()): Clock {
  const clock: Clock = {
    now,
    scale,
    pass: (cloudSeconds) => clock.wait(cloudSeconds * clock.scale),
    wait: async (seconds) => {
      if (seconds > 0) await delay(seconds * 1000, undefined, { signal });
    },
  };
  return clock;
}
