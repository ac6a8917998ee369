// How long a call may take, and how a wait ends: by its deadline, or by a cancel.
import { setTimeout as pause } from 'node:timers/promises';
import type { Properties } from '../kit/values.ts';
import { getAnnotation } from './object.ts';

const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 1000;
const DEFAULT_SECONDS = 600;

/** Seconds that a wait may take: by the resource's option, its annotation, or its kind. */
export function findPatience(timeoutSeconds: number, inputs: Properties, usual = DEFAULT_SECONDS): number {
  if (timeoutSeconds > 0) return timeoutSeconds;
  const annotated = Number(getAnnotation(inputs, 'pulumi.com/timeoutSeconds'));
  return annotated > 0 ? annotated : usual;
}

/** Why a wait ended without what it waited for. */
export type Ending = 'timeout' | 'cancelled';

/** Asks again and again, at first often, until the answer is there. */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<T | Ending> {
  const end = performance.now() + seconds * 1000;
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 1.6, LONGEST_PAUSE)) {
    if (signal.aborted) return 'cancelled';
    const answer = await ask();
    if (answer !== undefined) return answer;
    const left = end - performance.now();
    if (left <= 0) return 'timeout';
    await pause(Math.min(wait, left), undefined, { signal }).catch(() => undefined);
  }
}

const GRACE_MILLISECONDS = 3000;

/** A signal for a write: it outlives a cancel by a moment, so that the engine hears what the write has made. */
export function giveGrace(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const abort = (): void => {
    setTimeout(() => late.abort(signal.reason), GRACE_MILLISECONDS).unref();
  };
  if (signal.aborted) late.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return late.signal;
}
