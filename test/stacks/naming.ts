// Physical names: what they are made of and that they never collide.

import { test } from 'tap';
import { getShortId, namePools } from '../../stacks/naming.ts';
import { identity } from './fixtures.ts';

test('names carry the random end of the cluster id', async (t) => {
  t.equal(getShortId(identity.cluster), '8q4t6r2y1z');
  t.throws(() => getShortId('payments'), /not a cluster id/);
});

test('two pools never share a name', async (t) => {
  const keep = (pool: string) => pool;
  t.strictSame(
    [...namePools([{ name: 'a' }, { name: 'b' }], keep)],
    [
      ['a', 'a'],
      ['b', 'b'],
    ],
  );
  t.throws(() => namePools([{ name: 'a' }, { name: 'a' }], keep), /different names/);
  t.throws(() => namePools([{ name: 'a' }, { name: 'b' }], () => 'same'), /different names/);
});
