// Who waits for a process that reads: bounded in number, first come first served. The pool's own queue has no bound, so that it never gets
// more tasks than it has processes.

/** Places for work, and a line before them. */
export type WaitingLine = {
  /** Takes a place, at once or after those before it. Rejects when the line is full, and with the signal's reason when it is aborted before. */
  take(signal: AbortSignal): Promise<void>;
  /** Gives a place back, to the next one if there is one. */
  give(): void;
};

/** Makes a line. */
export function createWaitingLine({ places, waiting }: { places: number; waiting: number }): WaitingLine {
  const line = new Set<() => void>();
  let taken = 0;
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < places) {
        taken += 1;
        return;
      }
      if (line.size >= waiting) throw new Error(`${line.size} bodies wait to be read`);
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
