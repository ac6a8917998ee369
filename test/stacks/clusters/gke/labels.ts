import { test } from 'tap';
import { getGcpLabels } from '../../../../stacks/clusters/gke/labels.ts';
import fc from '../../../helpers/properties.ts';
import { identity, ownTags, userTags } from '../../fixtures.ts';

test('resources get the labels by which they are found', async (t) => {
  t.match(getGcpLabels(identity), { ...ownTags, team: 'payments', 'cost-center': 'cc-42' });
});

test("a user's label never replaces one of Fleetyard's", async (t) => {
  const tags = { 'fleetyard-cluster': 'cl_other', 'Fleetyard-Cluster': 'cl_other' };
  t.equal(getGcpLabels({ ...identity, tags })['fleetyard-cluster'], identity.cluster);
});

test('two tags that Google would write alike are both kept', async (t) => {
  const labels = getGcpLabels({ ...identity, tags: { team: 'a', Team: 'b' } });
  t.equal(labels['team'], 'a');
  t.equal(Object.keys(labels).filter((key) => /^team-[0-9a-z]{6}$/.test(key)).length, 1);
});

test('whatever a user writes comes out as a valid label', async (t) => {
  fc.assert(
    fc.property(userTags, (tags) => {
      return Object.entries(getGcpLabels({ ...identity, tags })).every(
        ([key, value]) => /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value),
      );
    }),
  );
  t.pass();
});
