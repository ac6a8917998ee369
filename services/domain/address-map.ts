// What is known of the addresses of one space: which blocks are taken, and how far anybody has looked.

import type { Block } from './cidr.ts';
import { findGap } from './find-gap.ts';

/** A map that may have white spots. Taken blocks never overlap. */
export type AddressMap = {
  /** Adds what was found in a stretch: every taken block that meets it. */
  learn(stretch: Block, taken: readonly Block[]): void;
  /** From the first address of the block that nobody has looked at to its last one; undefined when all of it is known. */
  findUnknown(block: Block): Block | undefined;
  /** The first taken block that meets this one, as far as is known. */
  findTaken(block: Block): Block | undefined;
  /** The first block of the prefix in a stretch that meets neither a taken nor a forbidden one, as far as is known. */
  findGap(stretch: Block, prefix: number, forbidden: readonly Block[]): Block | undefined;
  take(block: Block): void;
  giveBack(block: Block): void;
};

/** Makes a map on which nothing is known. */
export function createAddressMap(): AddressMap {
  const taken: Block[] = [];
  let known: Block[] = [];
  const take = (block: Block): void => {
    const index = findFrom(taken, block.first);
    if (taken[index]?.first !== block.first) taken.splice(index, 0, block);
  };
  return {
    learn(stretch, found) {
      known = unite(known, stretch);
      for (const block of found) take(block);
    },
    findUnknown({ first, last }) {
      const stretch = known[findFrom(known, first)];
      const from = stretch === undefined || stretch.first > first ? first : stretch.last + 1;
      return from > last ? undefined : { first: from, last };
    },
    findTaken(block) {
      const met = taken[findFrom(taken, block.first)];
      return met !== undefined && met.first <= block.last ? met : undefined;
    },
    findGap: (stretch, prefix, forbidden) => findGap(stretch, prefix, taken, forbidden, findFrom(taken, stretch.first)),
    take,
    giveBack({ first }) {
      const index = findFrom(taken, first);
      if (taken[index]?.first === first) taken.splice(index, 1);
    },
  };
}

/** The place in the order of the first block that does not end before the address. */
function findFrom(sorted: readonly Block[], address: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle]?.last ?? 0) < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unite(stretches: readonly Block[], added: Block): Block[] {
  let { first, last } = added;
  const apart = stretches.filter((other) => {
    // Neighbours become one.
    if (other.last + 1 < first || other.first > last + 1) return true;
    [first, last] = [Math.min(first, other.first), Math.max(last, other.last)];
    return false;
  });
  return [...apart, { first, last }].toSorted((a, b) => a.first - b.first);
}
