// Gathers the reads of one tick into one query: whoever asks while a query is under way is answered by the next one, never by it.

import { FleetyardError } from '../domain/errors.ts';

/** How much is asked at once. */
export type GatherBounds = {
  /** Queries under way at most. */
  queries: number;
  /** Keys of one query at most. */
  keys: number;
  /** Keys that may wait for a query; further ones are refused. */
  waiting: number;
};

type Asked<Row> = {
  promise: Promise<Row | undefined>;
  resolve: (row: Row | undefined) => void;
  reject: (error: unknown) => void;
};

/**
 * Makes a function that reads one key. Nothing is kept: a row is read after it was asked for, so that a change that was committed
 * before the question is in the answer. Who asks for the same key in the same tick shares the answer.
 */
export function gatherReads<Row>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
  bounds: GatherBounds,
): (key: string) => Promise<Row | undefined> {
  let waiting = new Map<string, Asked<Row>>();
  let running = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || running >= bounds.queries || waiting.size === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void run(take());
    });
  };
  const take = (): Map<string, Asked<Row>> => {
    const entries = [...waiting];
    const taken = new Map(entries.slice(0, bounds.keys));
    waiting = new Map(entries.slice(bounds.keys));
    return taken;
  };
  const run = async (asked: Map<string, Asked<Row>>): Promise<void> => {
    running += 1;
    schedule();
    try {
      const rows = await read([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(rows.get(key));
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
    running -= 1;
    schedule();
  };
  return (key) => {
    const known = waiting.get(key);
    if (known !== undefined) return known.promise;
    if (waiting.size >= bounds.waiting) {
      return Promise.reject(new FleetyardError('unavailable', 'Too many requests wait to be looked up; try again.'));
    }
    const asked = Promise.withResolvers<Row | undefined>();
    waiting.set(key, asked);
    schedule();
    return asked.promise;
  };
}
