// Plans ranges beside others that are all known, as if in a space that was looked at from end to end.
import type { Catalogue } from '../../catalogue/types.ts';
import { createAddressMap } from '../../services/domain/address-map.ts';
import { getBlock } from '../../services/domain/cidr.ts';
import type { AddressPools, PlannedRange } from '../../services/domain/range-roles.ts';
import { planRanges as plan, type RangeClaim, type SearchHints } from '../../services/domain/ranges.ts';

/** Hints that know nothing: the first fit is taken. */
export const noHints: SearchHints = { find: () => undefined, note: () => undefined };

/** Plans the first fits. */
export function planRanges(request: {
  claims: readonly RangeClaim[];
  pools: AddressPools;
  taken: Iterable<string>;
  catalogue: Catalogue;
}): PlannedRange[][] {
  const { claims, pools, taken, catalogue } = request;
  const map = createAddressMap();
  map.learn({ first: 0, last: 2 ** 32 - 1 }, Array.from(taken, getBlock));
  const planned = plan(claims, { pools, map, hints: noHints, catalogue });
  if ('unknown' in planned) throw new Error('nothing is unknown here');
  return planned.ranges;
}
