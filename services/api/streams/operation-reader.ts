// Reads one operation's events for all who listen to it in this process: one query for each news, however many listen.

import { isFleetyardError } from '../../domain/errors.ts';
import type { Watch } from './event-feed.ts';

/** What one query brings: events as texts, and whether the operation had come to rest before they were read. */
export type ReadEvents = { events: readonly { seq: number; text: string }[]; settled: boolean; more: boolean };

/** Who listens. */
export type Listener = {
  /** The number of the last event that it was given. */
  last: number;
  /** Does not take what it was given; it is left out until it does. */
  readonly full: boolean;
  give(text: string): void;
  /** The last event was given. */
  end(): void;
  /** Has not taken anything for too long. */
  giveUp(): void;
  /** Since when it is full, by the monotonic clock; undefined while it is not. */
  readonly fullSince: number | undefined;
};

/** What a reader needs. */
export type ReaderOptions = {
  watch: Watch;
  read(afterSeq: number): Promise<ReadEvents>;
  /** How often those who hear nothing else are told that the stream lives. */
  heartbeatMs: number;
  /** How long a listener may be full. */
  stallMs: number;
  /** After a read that failed. */
  retryMs: number;
  onError(error: unknown): void;
  /** Nobody listens any more. */
  onIdle(): void;
  closing: AbortSignal;
};

/** The reader. */
export type OperationReader = {
  join(listener: Listener): void;
  leave(listener: Listener): void;
  /** A listener takes again. */
  wake(): void;
};

/** Starts to read; it goes on until nobody listens. */
export function startOperationReader(options: ReaderOptions): OperationReader {
  const { watch, heartbeatMs, stallMs, closing } = options;
  const listeners = new Set<Listener>();
  let running = false;
  let beat = performance.now();

  const run = async (): Promise<void> => {
    while (listeners.size > 0 && !closing.aborted) {
      // Who joins or takes again during the read is left out of it, or would miss what came before.
      const ready = [...listeners].filter(({ full }) => !full);
      const more = ready.length > 0 && (await readFor(ready));
      if (more || listeners.size === 0) continue;
      await watch.wait(waitMs(), closing);
      tend();
    }
    running = false;
    watch.close();
    options.onIdle();
  };
  /** Says whether there is more to read at once. */
  const readFor = async (ready: readonly Listener[]): Promise<boolean> => {
    let found: ReadEvents;
    try {
      found = await options.read(Math.min(...ready.map(({ last }) => last)));
    } catch (error) {
      options.onError(error);
      if (isFleetyardError(error) && !error.retryable) for (const listener of ready) listener.giveUp();
      await watch.wait(options.retryMs, closing);
      return true;
    }
    for (const listener of ready) deliver(listener, found);
    return found.more && ready.some((listener) => listeners.has(listener) && !listener.full);
  };
  const deliver = (listener: Listener, { events, settled, more }: ReadEvents): void => {
    for (const { seq, text } of events) {
      if (seq <= listener.last) continue;
      // What it does not take now is read again for it when it does.
      if (listener.full || !listeners.has(listener)) return;
      listener.last = seq;
      listener.give(text);
    }
    if (settled && !more && listeners.delete(listener)) listener.end();
  };
  const waitMs = (): number => Math.max(1, beat + heartbeatMs - performance.now());
  const tend = (): void => {
    const now = performance.now();
    for (const listener of listeners) {
      if (listener.fullSince !== undefined && now - listener.fullSince > stallMs) listener.giveUp();
    }
    if (now < beat + heartbeatMs) return;
    beat = now;
    for (const listener of listeners) if (!listener.full) listener.give(': alive\n\n');
  };
  return {
    join(listener) {
      listeners.add(listener);
      watch.wake();
      if (running) return;
      running = true;
      void run();
    },
    leave(listener) {
      if (listeners.delete(listener)) watch.wake();
    },
    wake: () => watch.wake(),
  };
}
