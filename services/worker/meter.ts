// Looks from time to time how much memory the steps of this host take, and remembers the most of each operation.

import { setTimeout as delay } from 'node:timers/promises';
import { measureSteps } from '../engine/measure-steps.ts';

/** Tells what steps needed. */
export type Meter = {
  /** The most that an operation's steps were seen to take, in megabytes, and forgets it; undefined when it was too short to be seen. */
  takePeak(operationId: string): number | undefined;
  stop(): void;
};

const everySeconds = 5;

/** Starts to look; `isIdle` spares the look when nothing runs, and `onLook` is told what all steps take together. */
export function startMeter({
  isIdle,
  onLook,
  measure = measureSteps,
  seconds = everySeconds,
}: {
  isIdle: () => boolean;
  onLook: (megabytes: number) => void;
  measure?: typeof measureSteps;
  seconds?: number;
}): Meter {
  const peaks = new Map<string, number>();
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const steps = await measure();
    onLook([...steps.values()].reduce((sum, megabytes) => sum + megabytes, 0));
    for (const [stepKey, megabytes] of steps) {
      const operationId = stepKey.slice(0, stepKey.lastIndexOf('.'));
      peaks.set(operationId, Math.max(peaks.get(operationId) ?? 0, megabytes));
    }
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // What can't be measured is taken at its estimate.
      if (!isIdle()) await look().catch(() => undefined);
      else {
        peaks.clear();
        onLook(0);
      }
      await delay(seconds * 1000, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  void watch();
  return {
    takePeak(operationId) {
      const peak = peaks.get(operationId);
      peaks.delete(operationId);
      return peak;
    },
    stop: () => stopping.abort(),
  };
}
