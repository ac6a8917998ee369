// Runs long pure work in slices, and lets the process serve others in between.

import { setImmediate } from 'node:timers/promises';

const sliceMs = 10;

/** Drives the work to its end; a slice ends with the first step after its time. */
export async function runInSlices<T>(work: Generator<void, T>): Promise<T> {
  let begin = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - begin < sliceMs) continue;
    await setImmediate();
    begin = performance.now();
  }
}
