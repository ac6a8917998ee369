// Checks the pools of an address space.

import { getBlock, overlaps, parseBlock } from '../domain/cidr.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import type { AddressPools } from '../domain/range-roles.ts';

const roles = ['nodes', 'pods', 'services'] as const;

/** The pools, when each begins at its own boundary and none meets another; throws `validation` otherwise. */
export function checkPools(pools: Partial<AddressPools>): AddressPools {
  const details: ErrorDetail[] = [];
  for (const [index, role] of roles.entries()) {
    const pool = pools[role] ?? '';
    const pointer = `/pools/${role}`;
    if (parseBlock(pool) === undefined) {
      details.push({
        pointer,
        message: `${pool} is not a range that begins at its own boundary.`,
        code: 'range-invalid',
      });
      continue;
    }
    const met = roles.slice(0, index).find((other) => {
      const block = parseBlock(pools[other] ?? '');
      return block !== undefined && overlaps(block, getBlock(pool));
    });
    if (met !== undefined)
      details.push({ pointer, message: `${pool} overlaps the pool of ${met}.`, code: 'range-overlap' });
  }
  if (details.length > 0) throw new FleetyardError('validation', 'The pools cannot be used.', { details });
  return pools as AddressPools;
}
