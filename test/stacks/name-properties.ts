// What holds for the names of every provider, whatever a user or an id generator writes.

import fc from 'fast-check';
import type { Test } from 'tap';
import { getShortId, namePools } from '../../stacks/naming.ts';

const clusterIds = fc
  .array(fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), { minLength: 26, maxLength: 26 })
  .map((characters) => `cl_${characters.join('')}`);
const pools = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/), fc.string({ minLength: 1 })));

/** Every kind of name is valid for every cluster id, carries it, and is the same each time. */
export function checkNames<Kind extends string>(
  t: Test,
  kinds: Kind[],
  getName: (kind: Kind, cluster: string) => string,
): void {
  fc.assert(
    fc.property(clusterIds, fc.constantFrom(...kinds), (cluster, kind) => {
      const name = getName(kind, cluster);
      return name.includes(getShortId(cluster)) && name === getName(kind, cluster);
    }),
  );
  t.pass('names are valid');
}

/** Names of pools fit the provider and never collide. */
export function checkPoolNames(t: Test, limit: RegExp, getPoolName: (pool: string) => string): void {
  fc.assert(
    fc.property(pools, (names) => {
      const physical = [
        ...namePools(
          names.map((name) => ({ name })),
          getPoolName,
        ).values(),
      ];
      return physical.every((name) => limit.test(name)) && new Set(physical).size === names.length;
    }),
  );
  t.pass('pool names fit');
}
