// How large the ranges of a cluster must be.

import type { NodeLoad } from './providers/rules.ts';

/** Nodes that pools may have at most, and those that an upgrade adds for a while. */
export function countNodes(pools: readonly { count: { max: number } }[]): Omit<NodeLoad, 'zones'> {
  let max = 0;
  let surge = 0;
  for (const { count } of pools) {
    max += count.max;
    surge += Math.max(1, Math.ceil(count.max / 10));
  }
  return { max, surge };
}
