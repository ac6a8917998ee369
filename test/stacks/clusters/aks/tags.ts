import { test } from 'tap';
import { getAzureTags } from '../../../../stacks/clusters/aks/tags.ts';
import fc from '../../../helpers/properties.ts';
import { identity, ownTags, userTags } from '../../fixtures.ts';

test('resources get the tags by which they are found', async (t) => {
  t.match(getAzureTags(identity), { ...ownTags, Team: 'Payments' });
});

test('whatever a user writes comes out as a valid tag', async (t) => {
  fc.assert(
    fc.property(userTags, (tags) =>
      Object.entries(getAzureTags({ ...identity, tags })).every(
        ([key, value]) => !/[<>%&\\?/]/.test(key) && value.length <= 256,
      ),
    ),
  );
  t.pass();
});
