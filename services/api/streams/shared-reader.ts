// Reads the events of one operation, or of one project, for all who listen in this process: one query for each news, however many listen.

import { setTimeout as delay } from 'node:timers/promises';
import { isFleetyardError } from '../../domain/errors.ts';
import type { Watch } from './event-feed.ts';

/** Where an event is in the order of those that are read together. */
export type EventPlace = number | string;

/** One event, and what it is about. */
export type ReadEvent<Place extends EventPlace> = { place: Place; text: string; resourceId?: string };

/** What one query brings. */
export type ReadEvents<Place extends EventPlace> = {
  events: readonly ReadEvent<Place>[];
  /** Nothing comes after them. */
  settled: boolean;
  more: boolean;
  /** There are more that can't be read yet: to be looked for soon, as nobody will tell. */
  held?: boolean;
};

/** Who listens. */
export type Listener<Place extends EventPlace> = {
  /** The place of the last event that it was given, or that is none of its own. */
  last: Place;
  /** What it listens to, where others read along; everything when undefined. */
  readonly resourceId?: string | undefined;
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
export type ReaderOptions<Place extends EventPlace> = {
  watch: Watch;
  read(after: Place): Promise<ReadEvents<Place>>;
  /** Between two reads; news that come meanwhile are read together. */
  pauseMs: number;
  /** What those are given who hear nothing else. */
  describeBeat(last: Place): string;
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
export type SharedReader<Place extends EventPlace> = {
  join(listener: Listener<Place>): void;
  leave(listener: Listener<Place>): void;
  /** A listener takes again. */
  wake(): void;
};

/** What is given at once: each piece costs a call of the socket. */
const pieceCharacters = 16 * 1024;

/** How soon what was held back is looked for again. */
const heldMs = 50;

/** Starts to read; it goes on until nobody listens. */
export function startSharedReader<Place extends EventPlace>(options: ReaderOptions<Place>): SharedReader<Place> {
  const { watch, heartbeatMs, stallMs, closing } = options;
  const listeners = new Set<Listener<Place>>();
  let running = false;
  let held = false;
  let beat = performance.now();

  const run = async (): Promise<void> => {
    while (listeners.size > 0 && !closing.aborted) {
      // Who joins or takes again during the read is left out of it, or would miss what came before.
      const ready = [...listeners].filter(({ full }) => !full);
      const more = ready.length > 0 && (await readFor(ready));
      if (more || listeners.size === 0) continue;
      const waited = performance.now();
      await watch.wait(held ? Math.min(heldMs, waitMs()) : waitMs(), closing);
      const early = options.pauseMs - (performance.now() - waited);
      if (early > 0) await delay(early, undefined, { signal: closing }).catch(() => undefined);
      tend();
    }
    running = false;
    watch.close();
    options.onIdle();
  };
  /** Says whether there is more to read at once. */
  const readFor = async (ready: readonly Listener<Place>[]): Promise<boolean> => {
    let found: ReadEvents<Place>;
    try {
      found = await options.read(ready.map(({ last }) => last).reduce((a, b) => (b < a ? b : a)));
      held = found.held === true;
    } catch (error) {
      options.onError(error);
      if (isFleetyardError(error) && !error.retryable) for (const listener of ready) listener.giveUp();
      await watch.wait(options.retryMs, closing);
      return true;
    }
    for (const listener of ready) deliver(listener, found);
    return found.more && ready.some((listener) => listeners.has(listener) && !listener.full);
  };
  const deliver = (listener: Listener<Place>, { events, settled, more }: ReadEvents<Place>): void => {
    let piece = '';
    for (const { place, text, resourceId } of events) {
      if (place <= listener.last) continue;
      // What it does not take now is read again for it when it does.
      if (listener.full || !listeners.has(listener)) return;
      listener.last = place;
      if (listener.resourceId !== undefined && listener.resourceId !== resourceId) continue;
      piece += text;
      if (piece.length < pieceCharacters) continue;
      listener.give(piece);
      piece = '';
    }
    if (piece !== '') listener.give(piece);
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
    for (const listener of listeners) if (!listener.full) listener.give(options.describeBeat(listener.last));
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
