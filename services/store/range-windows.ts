// Reads parts of address spaces in the order of their addresses: what planning looks at is a window, whatever else the space holds.

import type { AddressMap } from '../domain/address-map.ts';
import { type Block, getBlock, printBlock } from '../domain/cidr.ts';
import { json, type Tx } from './transaction.ts';

/** A stretch of a space that is to be looked at, and the map that is to show it. */
export type WantedWindow = {
  addressSpaceId: string;
  map: AddressMap;
  stretch: Block;
  /** Ranges at most; beyond the last of so many nothing is known. */
  most: number;
};

/**
 * Reads windows, all in one statement. Each is the one range that begins at or before it and may reach in, and the next ones in their order:
 * ranges of a space do not overlap, so that the order of blocks is that of their addresses. Only `<=` and `>` are asked, for under row
 * security operators such as `<<=` may not use an index.
 */
export async function readWindows(tx: Tx, wanted: readonly WantedWindow[]): Promise<void> {
  if (wanted.length === 0) return;
  const windows = wanted.map(({ addressSpaceId, stretch, most }, index) => ({
    index,
    space: addressSpaceId,
    first: printBlock({ first: stretch.first, last: stretch.first }),
    last: printBlock({ first: stretch.last, last: stretch.last }),
    most,
  }));
  const rows = await tx.sql<{ index: number; range: string; before: boolean }[]>`
    select w.index, r.range, r.before
    from jsonb_to_recordset(${json(tx, windows)}) as w (index integer, space text, first cidr, last cidr, most integer)
    cross join lateral (
      (
        select range, true as before from ranges
        where address_space_id = w.space and range <= w.first order by range desc limit 1
      )
      union all
      (
        select range, false from ranges
        where address_space_id = w.space and range > w.first and range <= w.last order by range limit w.most
      )
    ) r
  `;
  const found = Map.groupBy(rows, ({ index }) => index);
  for (const [index, { map, stretch, most }] of wanted.entries()) {
    const ranges = found.get(index) ?? [];
    const behind = ranges.filter(({ before }) => !before).map(({ range }) => getBlock(range));
    const last = behind.length < most ? stretch.last : Math.max(...behind.map((block) => block.last));
    map.learn(
      { first: stretch.first, last },
      ranges.map(({ range }) => getBlock(range)),
    );
  }
}
