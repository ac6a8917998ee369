// Waits for a part of a step, unless the step is to end before it is there.

import { once } from 'node:events';

/**
 * Throws an AbortError when the signal says so first. Nobody hears of a part that comes later: what it made is undone, and its failure is
 * none of the step's.
 */
export async function awaitUnless<T>(
  signal: AbortSignal,
  part: Promise<T>,
  undo: (late: T) => Promise<void> = async () => undefined,
): Promise<T> {
  const waiting = new AbortController();
  const told = signal.aborted
    ? Promise.resolve()
    : once(signal, 'abort', { signal: waiting.signal }).catch(() => undefined);
  const none = Symbol('none');
  try {
    const first = await Promise.race([part, told.then(() => none)]);
    if (first !== none) return first as T;
  } finally {
    waiting.abort();
  }
  void part.then(undo).catch(() => undefined);
  throw new DOMException('The step was told to end.', 'AbortError');
}
