import { test } from 'tap';
import { getAwsTags, RESOURCE_TAG } from '../../../../stacks/clusters/eks/tags.ts';
import fc from '../../../helpers/properties.ts';
import { identity, ownTags, userTags } from '../../fixtures.ts';

test('resources get the tags by which they are found', async (t) => {
  t.match(getAwsTags(identity, { stack: 'sk_1', name: 'vpc' }), {
    ...ownTags,
    Name: 'fy-8q4t6r2y1z-vpc',
    [RESOURCE_TAG]: 'sk_1/vpc',
    Team: 'Payments',
    'cost-center': 'CC 42',
  });
});

test("a user's tag never replaces one of Fleetyard's", async (t) => {
  const tags = {
    'fleetyard-cluster': 'cl_other',
    'Fleetyard-Cluster': 'cl_other',
    [RESOURCE_TAG]: 'x',
    'aws:x': 'y',
    Name: 'mine',
  };
  const named = getAwsTags({ ...identity, tags }, { stack: 'sk_1', name: 'vpc' });
  t.equal(named['fleetyard-cluster'], identity.cluster);
  t.equal(named[RESOURCE_TAG], 'sk_1/vpc');
  t.equal(named['Name'], 'mine');
  t.notOk('aws:x' in named);
});

test('whatever a user writes comes out as a valid tag', async (t) => {
  fc.assert(
    fc.property(userTags, (tags) =>
      Object.entries(getAwsTags({ ...identity, tags })).every(
        ([key, value]) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && value.length <= 256,
      ),
    ),
  );
  t.pass();
});
