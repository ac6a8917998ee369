// What holds for the names of every provider, whatever a user or an id generator writes.

import type { IProperty } from 'fast-check';
import { getShortId, namePools } from '../../stacks/naming.ts';
import fc from '../helpers/properties.ts';

const clusterIds = fc
  .array(fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), { minLength: 26, maxLength: 26 })
  .map((characters) => `cl_${characters.join('')}`);
const pools = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/), fc.string({ minLength: 1 })));

/** Every kind of name is valid for every cluster id, carries it, and is the same each time. */
export function namesAreValid<Kind extends string>(
  kinds: Kind[],
  getName: (kind: Kind, cluster: string) => string,
): IProperty<[string, Kind]> {
  return fc.property(clusterIds, fc.constantFrom(...kinds), (cluster, kind) => {
    const name = getName(kind, cluster);
    return name.includes(getShortId(cluster)) && name === getName(kind, cluster);
  });
}

/** Names of pools fit the provider and never collide. */
export function poolNamesFit(limit: RegExp, getPoolName: (pool: string) => string): IProperty<[string[]]> {
  return fc.property(pools, (names) => {
    const physical = [
      ...namePools(
        names.map((name) => ({ name })),
        getPoolName,
      ).values(),
    ];
    return physical.every((name) => limit.test(name)) && new Set(physical).size === names.length;
  });
}
