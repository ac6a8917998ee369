// Finds room in a pool of addresses.

import { type Block, overlaps } from './cidr.ts';

/**
 * Finds the first block of the wanted prefix that lies in the pool and meets neither a taken nor a forbidden block. One pass over
 * the taken blocks, which are sorted: a fleet of 200 clusters makes 600 of them beside 10,000 taken ones. Those before `from` are known to
 * end before the pool.
 */
export function findGap(
  pool: Block,
  prefix: number,
  taken: readonly Block[],
  forbidden: readonly Block[],
  from = 0,
): Block | undefined {
  const size = 2 ** (32 - prefix);
  const align = (address: number): number => Math.ceil(address / size) * size;
  let index = from;
  let gap = { first: align(pool.first), last: align(pool.first) + size - 1 };
  while (gap.last <= pool.last) {
    // What ends before the gap cannot meet a later one either.
    while ((taken[index]?.last ?? Infinity) < gap.first) index++;
    const next = taken[index];
    const met = next !== undefined && overlaps(next, gap) ? next : forbidden.find((block) => overlaps(block, gap));
    if (met === undefined) return gap;
    const first = align(met.last + 1);
    gap = { first, last: first + size - 1 };
  }
  return undefined;
}
