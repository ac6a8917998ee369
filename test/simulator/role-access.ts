// What each role of a project may do in a cluster of each provider, by the kubeconfig that the product hands out; and when that ends.
import { test } from 'tap';
import { parse } from 'yaml';
import { mintKubeconfig } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import { loopbackGuard } from '../helpers/hub.ts';
import { createTestAccount } from '../helpers/simulated-account.ts';
import {
  applyAddons,
  askCluster,
  canI,
  describeMint,
  makeCluster,
  mintOwnToken,
  simulatedProviders,
  type StandingCluster,
} from '../helpers/simulated-clusters.ts';

const levels = ['viewer', 'operator', 'admin'] as const;

/** Mints what the product hands out to somebody. */
async function mintFor(cluster: StandingCluster, level: string, now: Date, seconds = 3600) {
  const order = { namespace: 'fleetyard-system', account: `fleetyard-${level}`, seconds };
  const { kubeconfig, expiresAt } = await mintKubeconfig(loopbackGuard, { ...describeMint(cluster, now), order });
  const { users } = parse(kubeconfig) as { users: { user: { token: string } }[] };
  return { token: users[0]?.user.token ?? '', expiresAt };
}

type Rule = { verbs: string[]; apiGroups?: string[]; resources?: string[]; nonResourceURLs?: string[] };

/** What `kubectl auth can-i --list` prints: a line for each resource. */
async function listRights(cluster: StandingCluster, token: string): Promise<Map<string, string>> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const { body } = await askCluster(cluster, token, path, { spec: { namespace: 'default' } });
  const { resourceRules } = body['status'] as { resourceRules: Rule[] };
  const rights = new Map<string, Set<string>>();
  for (const { apiGroups = [], resources = [], verbs } of resourceRules) {
    for (const name of apiGroups.flatMap((group) => resources.map((one) => (group === '' ? one : `${one}.${group}`)))) {
      for (const verb of verbs) rights.set(name, (rights.get(name) ?? new Set()).add(verb));
    }
  }
  return new Map([...rights].map(([name, verbs]) => [name, [...verbs].toSorted().join(' ')]));
}

const looks = 'get list watch';
const works = 'create delete deletecollection get list patch update watch';

for (const provider of simulatedProviders) {
  test(`${provider}: each role has its own rights in the cluster, and no more`, async (t) => {
    const cloud = await createTestAccount(t);
    const cluster = await makeCluster(cloud, provider);
    const now = new Date();
    await applyAddons(cloud, cluster, await mintOwnToken(cluster, now));
    const tokens = new Map<string, string>();
    for (const level of levels) tokens.set(level, (await mintFor(cluster, level, now)).token);
    const lists = new Map<string, Map<string, string>>();
    for (const [level, token] of tokens) lists.set(level, await listRights(cluster, token));
    const table = [...new Set([...lists.values()].flatMap((rights) => [...rights.keys()]))].toSorted().map((what) => {
      return [what, ...levels.map((level) => lists.get(level)?.get(what) ?? '-')].join(' | ');
    });
    for (const line of [`${provider} | ${levels.join(' | ')}`, ...table]) t.comment(line);
    t.match(lists.get('viewer'), new Map([['pods', looks]]));
    t.equal(lists.get('viewer')?.get('secrets'), undefined);
    t.equal(lists.get('operator')?.get('deployments.apps'), works);
    t.equal(lists.get('operator')?.get('secrets'), works);
    t.equal(lists.get('operator')?.get('clusterrolebindings.rbac.authorization.k8s.io'), undefined);
    t.equal(lists.get('admin')?.get('*.*'), '*');

    const asked = [
      'list pods',
      'list secrets',
      'create deployments.apps',
      'create clusterroles.rbac.authorization.k8s.io',
    ];
    const answers = new Map<string, boolean[]>();
    for (const [level, token] of tokens) {
      const may = asked.map((question) =>
        canI(cluster, token, ...(question.split(' ') as [string, string]), 'default'),
      );
      answers.set(level, await Promise.all(may));
    }
    t.same(
      [...answers],
      [
        ['viewer', [true, false, false, false]],
        ['operator', [true, true, true, false]],
        ['admin', [true, true, true, true]],
      ],
    );

    const viewer = tokens.get('viewer') ?? '';
    t.equal((await askCluster(cluster, viewer, '/api/v1/namespaces/default/configmaps')).status, 200);
    const refused = await askCluster(cluster, viewer, '/api/v1/namespaces/default/secrets');
    t.match(refused, { status: 403, body: { reason: 'Forbidden', message: /fleetyard-viewer" cannot list resource/ } });
    const space = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' } };
    const apply = (token: string) =>
      cloud.make('kubernetes:core/v1:ConfigMap', space, { config: { server: cluster.server, token } });
    await t.rejects(apply(viewer), { code: 'Forbidden', message: /cannot create resource "configmaps"/ });
    await apply(tokens.get('operator') ?? '');
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
