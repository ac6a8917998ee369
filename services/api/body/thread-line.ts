// Who waits for a thread: bounded in number, first come first served. The pool's own queue bounds no tasks that may be aborted, and leaves them
// lying when the thread before them ends, so that it never gets more tasks than it has threads.

/** Places for work, and a line before them. */
export type ThreadLine = {
  /** Takes a place, at once or after those before it. Rejects when the line is full, and with the signal's reason when it is aborted before. */
  take(signal: AbortSignal): Promise<void>;
  /** Gives a place back, to the next one if there is one. */
  give(): void;
};

/** Makes a line. */
export function createThreadLine({ places, waiting }: { places: number; waiting: number }): ThreadLine {
  const line = new Set<() => void>();
  let taken = 0;
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < places) {
        taken += 1;
        return;
      }
      if (line.size >= waiting) throw new Error(`${line.size} bodies wait for a thread`);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        line.delete(resolve);
        reject(signal.reason as Error);
      };
      line.add(resolve);
      signal.addEventListener('abort', leave, { once: true });
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    give() {
      const [next] = line;
      if (next === undefined) {
        taken -= 1;
        return;
      }
      line.delete(next);
      next();
    },
  };
}
