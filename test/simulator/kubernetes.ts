// Objects of simulated API servers: what a join makes, what the hub reports, and who may read it.
import { test, type Test } from 'tap';
import { fetchSimulatedAuthority, readSecure } from '../helpers/secure.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';
import { makeCluster, mintOwnToken } from '../helpers/simulated-clusters.ts';

const NAMESPACE = 'kubernetes:core/v1:Namespace';
const ACCOUNT = 'kubernetes:core/v1:ServiceAccount';
const SECRET = 'kubernetes:core/v1:Secret';
const MEMBER = 'kubernetes:cluster.karmada.io/v1alpha1:Cluster';
const CLUSTER = 'gcp:container/cluster:Cluster';

type Bench = { cloud: TestAccount; member: string; own: string; hub: string; clusterId: string };

/** A GKE cluster with its API server, whose owner has a token of Google's, and a hub. */
async function open(t: Test): Promise<Bench> {
  const cloud = await createTestAccount(t, { config: { region: 'europe-west1' } });
  const cluster = await makeCluster(cloud, 'gke');
  return {
    cloud,
    member: cluster.server,
    own: await mintOwnToken(cluster, new Date()),
    hub: `${cloud.simulator.url.replace('http:', 'https:')}/k8s/hub-${cloud.account}`,
    clusterId: cluster.id,
  };
}

function apply(
  bench: Bench,
  server: string,
  object: Record<string, unknown>,
  token = server === bench.hub ? bench.cloud.token : bench.own,
  upsertExistingObjects = false,
) {
  const group = String(object['apiVersion']).includes('/')
    ? String(object['apiVersion'])
    : `core/${String(object['apiVersion'])}`;
  return bench.cloud.make(`kubernetes:${group}:${String(object['kind'])}`, object, {
    config: { server, token, upsertExistingObjects },
  });
}

async function read(server: string, path: string, token: string) {
  const authority = await fetchSimulatedAuthority(new URL(server).origin.replace('https:', 'http:'));
  const answer = await readSecure(`${server}${path}`, { authority, token });
  return { status: answer.status, body: answer.json() };
}

/** Joins the member as the membership program does; returns the token that the member issued. */
async function join(bench: Bench): Promise<string> {
  const { member, hub } = bench;
  const namespace = 'karmada-cluster';
  await apply(bench, member, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await apply(bench, member, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'karmada-it', namespace } });
  const annotations = { 'kubernetes.io/service-account.name': 'karmada-it' };
  const type = 'kubernetes.io/service-account-token';
  const secret = await apply(bench, member, {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { name: 'karmada-it', namespace, annotations },
  });
  const { token } = secret.outputs['data'] as { token: string };
  await apply(bench, hub, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await apply(bench, hub, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'it', namespace }, data: { token } });
  const secretRef = { namespace, name: 'it' };
  const spec = { syncMode: 'Push', apiEndpoint: member.replace('http:', 'https:'), secretRef };
  await apply(bench, hub, {
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'it' },
    spec,
  });
  return Buffer.from(token, 'base64').toString();
}

test('a new cluster has an API server of its own, with a version and the namespaces that all have', async (t) => {
  const bench = await open(t);
  const { own: token } = bench;
  t.match((await read(bench.member, '/version', token)).body, { gitVersion: /^v1\.\d+/, simulated: true });
  const system = await read(bench.member, '/api/v1/namespaces/kube-system', token);
  t.match(system.body, { metadata: { uid: /^[0-9a-f-]{36}$/ } });
  const list = await read(bench.member, '/api/v1/namespaces', token);
  t.equal((list.body['items'] as unknown[]).length, 4);
  const found = await bench.cloud.call<{ resource: { outputs: { metadata: { uid: string } } } }>('read', {
    type: NAMESPACE,
    id: 'kube-system',
    config: { server: bench.member.replace('http:', 'https:'), token },
  });
  t.equal(
    found.resource.outputs.metadata.uid,
    (system.body['metadata'] as { uid: string }).uid,
    'the provider reads the same',
  );
});

test('a stranger reads nothing and writes nothing', async (t) => {
  const bench = await open(t);
  t.equal((await read(bench.member, '/api/v1/secrets', 'wrong')).status, 401);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } };
  await t.rejects(apply(bench, bench.member, namespace, 'wrong'), { code: 'Unauthorized' });
  await t.rejects(apply(bench, 'http://127.0.0.1:9/k8s/none', namespace), {
    code: 'ECONNREFUSED',
    message: /cluster is unreachable/,
  });
  await t.rejects(apply(bench, 'https://example.com', namespace), { code: 'ECONNREFUSED' });
  const authority = await fetchSimulatedAuthority(bench.cloud.simulator.url);
  const response = await readSecure(`${bench.member}/api/v1/namespaces`, { authority, method: 'POST' });
  t.equal(response.status, 405, 'the HTTP API only reads');
  const plain = await fetch(`${bench.member.replace('https:', 'http:')}/version`);
  t.equal(plain.status, 400, 'and by TLS alone');
});

test('a join makes a member ready, with the version of its cluster', async (t) => {
  const bench = await open(t);
  const issued = await join(bench);
  const path = '/apis/cluster.karmada.io/v1alpha1/clusters';
  const member = await read(bench.hub, `${path}/it`, bench.cloud.token);
  t.match(member.body, {
    status: { kubernetesVersion: /^v1\./, conditions: [{ type: 'Ready', status: 'True', reason: 'ClusterReady' }] },
  });
  t.equal((await read(bench.hub, '/api/v1/namespaces/karmada-es-it', bench.cloud.token)).status, 200);
  t.equal((await read(bench.member, '/version', issued)).status, 200, 'the issued token opens the member');
  t.equal((await read(bench.hub, '/version', issued)).status, 401, 'and nothing else');
  t.equal((await read(bench.member, path, bench.own)).status, 404, 'a member serves no members');
});

test('a member whose cluster is gone is not ready, and its objects are gone with it', async (t) => {
  const bench = await open(t);
  await join(bench);
  await bench.cloud.remove(CLUSTER, bench.clusterId);
  const member = await read(bench.hub, '/apis/cluster.karmada.io/v1alpha1/clusters/it', bench.cloud.token);
  t.match(member.body, { status: { conditions: [{ status: 'False', reason: 'ClusterNotReachable' }] } });
  const left = await bench.cloud.admin.listResources(bench.cloud.account, ACCOUNT);
  t.same(left, [], 'the service account went with the cluster');
  const authority = await fetchSimulatedAuthority(bench.cloud.simulator.url);
  await t.rejects(
    readSecure(`${bench.member}/version`, { authority }),
    { code: 'ECONNRESET' },
    'the API server answers no more',
  );
});

test('a hub does not find a member ready whose credential is refused', async (t) => {
  const bench = await open(t);
  await join(bench);
  const data = { token: Buffer.from('forged').toString('base64') };
  const metadata = { name: 'it', namespace: 'karmada-cluster' };
  await apply(bench, bench.hub, { apiVersion: 'v1', kind: 'Secret', metadata, data }, bench.cloud.token, true);
  const member = await read(bench.hub, '/apis/cluster.karmada.io/v1alpha1/clusters/it', bench.cloud.token);
  t.match(member.body, { status: { conditions: [{ status: 'False', message: /refuses the credential/ }] } });
});

test('removing a member takes its execution namespace along, removing a namespace what stands in it', async (t) => {
  const bench = await open(t);
  await join(bench);
  const config = { server: bench.hub, token: bench.cloud.token };
  await bench.cloud.call('delete', { type: MEMBER, id: 'it', config });
  t.equal((await read(bench.hub, '/api/v1/namespaces/karmada-es-it', bench.cloud.token)).status, 404);
  await bench.cloud.call('delete', { type: NAMESPACE, id: 'karmada-cluster', config });
  t.equal((await read(bench.hub, '/api/v1/namespaces/karmada-cluster/secrets/it', bench.cloud.token)).status, 404);
});

test('objects are judged as an API server does', async (t) => {
  const bench = await open(t);
  const { hub, member } = bench;
  const cluster = { apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster' };
  await t.rejects(apply(bench, member, { ...cluster, metadata: { name: 'x' } }), {
    message: /no matches for kind "Cluster"/,
  });
  await t.rejects(apply(bench, hub, { ...cluster, metadata: { name: 'x'.repeat(49) } }), {
    message: /no more than 48 characters/,
  });
  await t.rejects(apply(bench, hub, { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'x' } }), {
    message: /no matches for kind "Widget"/,
  });
  const lost = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'none' } };
  await t.rejects(apply(bench, member, lost), { message: /namespaces "none" not found/ });
  const type = 'kubernetes.io/service-account-token';
  const token = {
    ...lost,
    type,
    metadata: { name: 'x', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'none' } },
  };
  await t.rejects(apply(bench, member, token), { message: /service account does not exist/ });
  t.match(await bench.cloud.check(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'A_b' } }), [
    /RFC 1123/,
  ]);
});

test('text of a Secret is encoded, and an object that stands is changed by who may adopt it, not made twice', async (t) => {
  const bench = await open(t);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };
  const first = await apply(bench, bench.member, { ...secret, stringData: { key: 'text' } });
  t.match(first.outputs['data'], { key: Buffer.from('text').toString('base64') });
  t.same(first.secrets, ['data', 'stringData'], 'and is to be kept secret');
  const other = { ...secret, stringData: { key: 'other' } };
  await t.rejects(apply(bench, bench.member, other), { code: 'AlreadyExists', message: /secrets "s" already exists/ });
  const second = await apply(bench, bench.member, other, bench.own, true);
  t.match(second.outputs, { metadata: { uid: (first.outputs['metadata'] as { uid: string }).uid } });
  const entries = await bench.cloud.admin.listLedger(bench.cloud.account);
  const own = entries.filter((entry) => entry.type === SECRET);
  t.same(
    own.map((entry) => entry.action),
    ['create', 'update'],
  );
  t.notMatch(JSON.stringify(own), /text|dGV4d/, 'the ledger never holds what a Secret holds');
});

test('a hub takes the taints of its members over HTTP, from whoever may, and nothing else', async (t) => {
  const bench = await open(t);
  await join(bench);
  const path = '/apis/cluster.karmada.io/v1alpha1/clusters';
  const authority = await fetchSimulatedAuthority(bench.cloud.simulator.url);
  const patch = (body: unknown, { name = 'it', token = bench.cloud.token } = {}) =>
    readSecure(`${bench.hub}${path}/${name}`, { authority, token, method: 'PATCH', body });
  const taints = [{ key: 'fleetyard.io/leaving', effect: 'NoExecute' }];
  const before = (await read(bench.hub, `${path}/it`, bench.cloud.token)).body['metadata'] as {
    resourceVersion: string;
  };
  const { resourceVersion } = before;
  t.equal((await patch({ metadata: { resourceVersion }, spec: { taints } })).status, 200);
  t.match((await read(bench.hub, `${path}/it`, bench.cloud.token)).body, { spec: { taints, syncMode: 'Push' } });
  t.equal(
    (await patch({ metadata: { resourceVersion }, spec: { taints: [] } })).status,
    409,
    'it was written meanwhile',
  );
  t.equal((await patch({ spec: { taints: [] } }, { token: 'wrong' })).status, 401);
  t.equal((await patch({ spec: { taints: [] } }, { name: 'other' })).status, 404);
  t.equal((await patch({ spec: { region: 'x' } })).status, 405);
  const preferred = { key: 'x', effect: 'PreferNoSchedule' };
  t.equal((await patch({ spec: { taints: [preferred] } })).status, 422, 'hubs know no preference');
  t.match((await read(bench.hub, `${path}/it`, bench.cloud.token)).body, { spec: { taints } });
  const works = '/apis/work.karmada.io/v1alpha1/namespaces/karmada-es-it/works';
  t.match((await read(bench.hub, works, bench.cloud.token)).body, { kind: 'WorkList', items: [] });
});
