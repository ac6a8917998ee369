// Remembers where room for ranges was found last, so that the next search begins there. A hint that is wrong costs time and nothing else.

import type { SearchHints } from '../domain/ranges.ts';

/** Hints of all address spaces. */
export type RangeHints = { of(addressSpaceId: string): SearchHints };

const mostHints = 10_000;

/** Makes the memory of one process; the oldest hints are forgotten. */
export function createRangeHints(): RangeHints {
  const hints = new Map<string, number>();
  return {
    of(addressSpaceId) {
      const keyOf = (pool: string, prefix: number): string => `${addressSpaceId} ${pool} ${prefix}`;
      return {
        find: (pool, prefix) => hints.get(keyOf(pool, prefix)),
        note(pool, prefix, address) {
          const key = keyOf(pool, prefix);
          hints.delete(key);
          hints.set(key, address);
          const [oldest] = hints.keys();
          if (hints.size > mostHints && oldest !== undefined) hints.delete(oldest);
        },
      };
    },
  };
}
