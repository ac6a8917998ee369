// Tags and labels: Fleetyard's own on everything, the user's in each provider's alphabet.

import fc from 'fast-check';
import { test } from 'tap';
import { getAwsTags, getAzureTags, getGcpLabels, RESOURCE_TAG } from '../../stacks/tags.ts';
import { identity } from './fixtures.ts';

const userTags = fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), fc.string({ maxLength: 300 }), {
  maxKeys: 20,
});

test('every provider gets the tags by which resources are found', async (t) => {
  const own = {
    'fleetyard-project': identity.project,
    'fleetyard-cluster': identity.cluster,
    'fleetyard-operation': identity.operation,
  };
  t.match(getAwsTags(identity, { stack: 'sk_1', name: 'vpc' }), {
    ...own,
    Name: 'fy-8q4t6r2y1z-vpc',
    [RESOURCE_TAG]: 'sk_1/vpc',
    Team: 'Payments',
    'cost-center': 'CC 42',
  });
  t.match(getAzureTags(identity), { ...own, Team: 'Payments' });
  t.match(getGcpLabels(identity), { ...own, team: 'payments', 'cost-center': 'cc-42' });
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
  t.equal(getGcpLabels({ ...identity, tags })['fleetyard-cluster'], identity.cluster);
});

test('two tags that one provider would write alike are both kept', async (t) => {
  const labels = getGcpLabels({ ...identity, tags: { team: 'a', Team: 'b' } });
  t.equal(labels['team'], 'a');
  t.equal(Object.keys(labels).filter((key) => /^team-[0-9a-z]{6}$/.test(key)).length, 1);
});

test('whatever a user writes comes out as a valid label at Google', async (t) => {
  fc.assert(
    fc.property(userTags, (tags) => {
      return Object.entries(getGcpLabels({ ...identity, tags })).every(
        ([key, value]) => /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value),
      );
    }),
  );
  t.pass();
});

test('whatever a user writes comes out as a valid tag at AWS and Azure', async (t) => {
  fc.assert(
    fc.property(userTags, (tags) => {
      const aws = Object.entries(getAwsTags({ ...identity, tags }));
      const azure = Object.entries(getAzureTags({ ...identity, tags }));
      return (
        aws.every(([key, value]) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && value.length <= 256) &&
        azure.every(([key, value]) => !/[<>%&\\?/]/.test(key) && value.length <= 256)
      );
    }),
  );
  t.pass();
});
