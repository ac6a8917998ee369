// Who is handed a kubeconfig, with which right in the cluster, and what is said where there is none.
import { test } from 'tap';
import type { KubeconfigMint } from '../../services/api/call.ts';
import { FleetyardError } from '../../services/domain/errors.ts';
import { clusterRequest, openTestApi, standUp } from './fixtures.ts';

type Asked = Parameters<KubeconfigMint>[0];

const places = {
  eks: { region: 'eu-central-1', credential: 'demo-aws' },
  aks: { region: 'westeurope', credential: 'demo-azure' },
  gke: { region: 'europe-west1', credential: 'demo-gcp' },
} as const;

const accounts = {
  viewer: 'fleetyard-viewer',
  operator: 'fleetyard-operator',
  admin: 'fleetyard-admin',
  'platform-admin': 'fleetyard-admin',
} as const;

test('every role gets the service account of its own level, whoever runs the cluster', async (t) => {
  const asked: Asked[] = [];
  const expiresAt = new Date('2026-11-21T13:00:00Z');
  const api = await openTestApi(t, {
    mintKubeconfig: async (request) => {
      asked.push(request);
      return { kubeconfig: 'current-context: it\n', expiresAt };
    },
  });
  for (const [provider, place] of Object.entries(places)) {
    const body = clusterRequest({ name: provider, provider, ...place });
    await standUp(api, (await api.send('POST', '/v1/clusters', { body })).body.cluster.id);
    for (const [role, account] of Object.entries(accounts)) {
      const headers: Record<string, string> = role === 'platform-admin' ? { 'fleetyard-project': api.projectId } : {};
      const token = api.tokens[role as keyof typeof accounts];
      const answer = await api.send('GET', `/v1/clusters/${provider}/kubeconfig`, { token, headers });
      t.match(answer, { status: 200, body: { expiresAt: expiresAt.toISOString() } }, `${role} on ${provider}`);
      t.match(asked.at(-1), { name: provider, order: { namespace: 'fleetyard-system', account, seconds: 3600 } });
    }
  }
  const longer = await api.send('GET', '/v1/clusters/eks/kubeconfig?expirationSeconds=7200', {
    headers: { accept: 'application/yaml' },
  });
  t.equal(longer.text, 'current-context: it\n', 'also by itself');
  t.equal(asked.at(-1)?.order.seconds, 7200, 'for as long as is asked');
  for (const seconds of ['599', '86401', 'x']) {
    const answer = await api.send('GET', `/v1/clusters/eks/kubeconfig?expirationSeconds=${seconds}`);
    t.equal(answer.status, 400, `and not for ${seconds}`);
  }
});

test('a cluster without accounts for people says so, and which call makes them', async (t) => {
  const api = await openTestApi(t);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  const ask = () => api.send('GET', '/v1/clusters/web/kubeconfig', { token: api.tokens.viewer });
  t.match(await ask(), { status: 409, body: { detail: /has no API server yet/, wayOut: [{ method: 'GET' }] } });
  await standUp(api, cluster.id, ['cluster']);
  t.match(await ask(), {
    status: 409,
    body: {
      type: 'urn:fleetyard:problem:conflict',
      detail: /has no accounts for people yet/,
      wayOut: [{ method: 'GET' }, { method: 'PUT', path: `/v1/clusters/${cluster.id}`, does: /makes what is missing/ }],
    },
  });
  await api.store.asSystem(
    ({ sql }) => sql`update clusters set spec = jsonb_set(spec, '{access,public}', 'false'::jsonb)`,
  );
  t.match(await ask(), { status: 409, body: { detail: /is private/, wayOut: [{ method: 'PUT' }] } });
});

test('a cluster that issues no token is told by its cause, with the way out', async (t) => {
  const api = await openTestApi(t);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  await standUp(api, cluster.id);
  const fail = async (error: FleetyardError) => {
    api.parts.mintKubeconfig = async () => Promise.reject(error);
    return api.send('GET', '/v1/clusters/web/kubeconfig');
  };
  t.match(await fail(new FleetyardError('unavailable', 'the API server x could not be reached')), {
    status: 503,
    headers: { 'retry-after': /\d/ },
    body: { detail: /"web" issued no token: the API server x could not/, wayOut: [{ method: 'GET' }] },
  });
  t.match(await fail(new FleetyardError('credential-mismatch', 'the API server x refused the credential (403)')), {
    status: 409,
    body: { detail: /refused the credential/, wayOut: [{ method: 'PUT', does: /with a credential/ }] },
  });
  t.match(await fail(new FleetyardError('not-found', 'the API server x has no service account')), {
    status: 409,
    body: { detail: /has no service account/, wayOut: [{ method: 'PUT' }] },
  });
});

test('a cluster from before there were add-ons gets them with its document as it was', async (t) => {
  const api = await openTestApi(t);
  const body = clusterRequest();
  const { cluster, operation } = (await api.send('POST', '/v1/clusters', { body })).body;
  await api.store.asSystem(({ sql }) => sql`update operations set state = 'succeeded' where id = ${operation.id}`);
  await api.store.asSystem(({ sql }) => sql`update clusters set observed_generation = generation`);
  await standUp(api, cluster.id);
  const apply = () => api.send('PUT', '/v1/clusters/web', { body });
  t.equal((await apply()).status, 200, 'one that has all of today is left as it is');
  await api.store.asSystem(({ sql }) => sql`delete from stacks where layer = 'addons'`);
  const applied = await apply();
  t.equal(applied.status, 202);
  t.match(applied.body.cluster, { generation: 1 });
  const steps = await api.store.asSystem(
    ({ sql }) => sql`select layer from steps where operation_id = ${applied.body.operation.id} and kind = 'engine'`,
  );
  t.match([...steps], [{ layer: 'network' }, { layer: 'cluster' }, { layer: 'addons' }]);
});
