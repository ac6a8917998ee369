// A federation whose hub was not found to be one takes no members (hardening 2).
import { test } from 'tap';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { addCluster, clusterRequest, openTestApplication } from './fixtures.ts';
import { walkAll } from './walk.ts';

test('hardening 2: a federation that failed its check takes no members', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const { federation, operation } = await change((unit) =>
    createFederation(unit, { name: 'hub', engine: 'karmada', hub: { credential: 'demo-hub' } }),
  );
  const early = await addCluster(test, { name: 'early', federation: 'hub' });
  t.equal(early.cluster.federationId, federation.id, 'while the check is under way nothing is known yet');
  const alone = await addCluster(test, { name: 'alone' });
  await walkAll(test, ({ id }) => (id === operation.id ? 'failed' : 'succeeded'));
  const refusal = {
    code: 'conflict',
    message: /"hub" takes no members/,
    wayOut: [{ method: 'POST', path: `/v1/operations/${operation.id}/retry` }],
  };
  await t.rejects(addCluster(test, { federation: 'hub' }), refusal, 'no new cluster');
  const join = (name: string) =>
    change((unit) =>
      applyCluster(unit, { idOrName: name, request: clusterRequest({ name, federation: 'hub', labels: { a: 'b' } }) }),
    );
  await t.rejects(join('alone'), refusal, 'no cluster that stands');
  t.equal((await test.work((tx) => tx.sql`select 1 from clusters where name = 'web'`)).length, 0, 'nothing was made');
  t.ok((await join('early')).operation, 'a member of old is changed as before');
  t.equal(alone.cluster.federationId, null);
});
