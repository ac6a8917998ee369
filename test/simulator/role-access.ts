// What each role of a project may do in a cluster of each provider, by the kubeconfig that the product hands out; and when that ends.
import { test } from 'tap';
import { checkRoles, mintFor } from '../helpers/role-access.ts';
import { createTestAccount } from '../helpers/simulated-account.ts';
import {
  applyAddons,
  askCluster,
  makeCluster,
  mintOwnToken,
  simulatedProviders,
} from '../helpers/simulated-clusters.ts';

for (const provider of simulatedProviders) {
  test(`${provider}: each role has its own rights in the cluster, and no more`, async (t) => {
    const cloud = await createTestAccount(t);
    const cluster = await makeCluster(cloud, provider);
    await applyAddons(cloud, cluster, await mintOwnToken(cluster, new Date()));
    const tokens = await checkRoles(t, cluster);
    const thing = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' } };
    const apply = (level: string) => {
      const config = { server: cluster.server, token: tokens.get(level) };
      return cloud.make('kubernetes:core/v1:ConfigMap', thing, { config });
    };
    await t.rejects(apply('viewer'), { code: 'Forbidden', message: /cannot create resource "configmaps"/ });
    await apply('operator');
  });
}

test('a token is good at its own cluster, until its end, and as long as its account is there', async (t) => {
  let now = new Date();
  const cloud = await createTestAccount(t, { now: () => now });
  const cluster = await makeCluster(cloud, 'gke');
  const next = await makeCluster(cloud, 'gke', { name: 'next' });
  for (const each of [cluster, next]) await applyAddons(cloud, each, await mintOwnToken(each, now));
  const { token, expiresAt } = await mintFor(cluster, 'viewer', now, 600);
  const ask = async (each = cluster) => (await askCluster(each, token, '/api/v1/namespaces')).status;
  t.equal(await ask(), 200);
  t.equal(await ask(next), 401, 'the next cluster knows nothing of it');
  const [head, claims = '', signature] = token.split('.');
  const forged = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  const other = { ...forged, sub: 'system:serviceaccount:fleetyard-system:fleetyard-admin' };
  const forgery = [head, Buffer.from(JSON.stringify(other)).toString('base64url'), signature].join('.');
  t.equal((await askCluster(cluster, forgery, '/api/v1/namespaces')).status, 401, 'nobody writes one');
  now = new Date(expiresAt.getTime() - 1000);
  t.equal(await ask(), 200, 'it is good to its end');
  now = expiresAt;
  t.equal(await ask(), 401, 'and not after it');

  const fresh = (await mintFor(cluster, 'viewer', now)).token;
  const own = { server: cluster.server, token: await mintOwnToken(cluster, now) };
  const account = { type: 'kubernetes:core/v1:ServiceAccount', id: 'fleetyard-system/fleetyard-viewer' };
  await cloud.call('delete', { ...account, config: own });
  t.equal((await askCluster(cluster, fresh, '/version')).status, 401, 'it goes with its account');
  await applyAddons(cloud, cluster, own.token);
  t.equal((await askCluster(cluster, fresh, '/version')).status, 401, 'another of that name is somebody else');
  const last = (await mintFor(cluster, 'admin', now)).token;
  t.equal((await askCluster(cluster, last, '/version')).status, 200);
  await cloud.remove(cluster.type, cluster.id);
  await t.rejects(askCluster(cluster, last, '/version'), { code: 'ECONNRESET' }, 'nobody is there any more');
});

test('a token is for ten minutes at least, and of an account that is there', async (t) => {
  const cloud = await createTestAccount(t);
  const cluster = await makeCluster(cloud, 'gke');
  const now = new Date();
  await t.rejects(mintFor(cluster, 'viewer', now), { code: 'not-found' });
  await applyAddons(cloud, cluster, await mintOwnToken(cluster, now));
  await t.rejects(mintFor(cluster, 'viewer', now, 599), { code: 'unavailable', message: /answered 422/ });
});
