// Wakes the streams of this process when an operation has a new event: one listening connection for all of them.

import type { Store } from '../../store/open-store.ts';

/** Watches one operation; what happens between two waits is not missed. */
export type Watch = {
  /** Resolves at the next notification, also one since the last wait, after `timeoutMs`, or on abort. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Ends the wait, or the next one. */
  wake(): void;
  close(): void;
};

/** Hands out watches. */
export type EventFeed = {
  watch(operationId: string): Watch;
  /** Watches whatever happens. */
  watchAll(): Watch;
  close(): Promise<void>;
};

/** No operation has this id. */
const everything = '*';

/** Opens the feed on a channel whose payloads begin with an operation's id. */
export async function openEventFeed(store: Pick<Store, 'listen'>, channel: string): Promise<EventFeed> {
  const watching = new Map<string, Set<() => void>>();
  const wakeAll = (): void => {
    for (const wakers of watching.values()) for (const wake of wakers) wake();
  };
  const unlisten = await store.listen(
    channel,
    (payload) => {
      for (const wake of watching.get(payload.split(' ')[0] ?? '') ?? []) wake();
      for (const wake of watching.get(everything) ?? []) wake();
    },
    // Notifications were missed while the connection was away.
    wakeAll,
  );
  const watch = (key: string): Watch => {
    const wakers = watching.get(key) ?? new Set();
    watching.set(key, wakers);
    const { watch: opened, wake } = createWatch(() => {
      wakers.delete(wake);
      if (wakers.size === 0) watching.delete(key);
    });
    wakers.add(wake);
    return opened;
  };
  return {
    watch,
    watchAll: () => watch(everything),
    async close() {
      wakeAll();
      await unlisten();
    },
  };
}

function createWatch(close: () => void): { watch: Watch; wake: () => void } {
  let woken = false;
  let resolveWait: (() => void) | undefined;
  const wake = (): void => {
    woken = true;
    resolveWait?.();
  };
  const wait = async (timeoutMs: number, signal: AbortSignal): Promise<void> => {
    if (!woken && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        resolveWait = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', resolveWait, { once: true });
      });
      if (resolveWait !== undefined) signal.removeEventListener('abort', resolveWait);
      resolveWait = undefined;
    }
    woken = false;
  };
  return { watch: { wait, wake, close }, wake };
}
