// Who may do what: tokens, roles, projects, and what is never shown.
import { test, type Test } from 'tap';
import { endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import { clusterRequest, openTestApi, type TestApi } from './fixtures.ts';

const ranks = ['viewer', 'operator', 'admin', 'platform-admin'] as const;

test('Every endpoint', async (t) => {
  const api = await openTestApi(t);
  for (const name of endpointNames) {
    const { method, path, role } = endpointTable[name];
    const url = path.replaceAll(/\{\w+\}/g, 'nothing');
    const anonymous = await api.send(method, url, { token: undefined as unknown as string });
    if (name === 'getMetrics') {
      t.equal(anonymous.status, 401, 'measurements need a token of their own');
      t.equal((await api.send(method, url, { token: api.tokens.admin })).status, 401, 'which no caller has');
      continue;
    }
    if (role === 'none') {
      t.equal(anonymous.status, 200, `${name} needs no token`);
      continue;
    }
    t.match(anonymous, { status: 401, headers: { 'www-authenticate': /Bearer/ } }, `${name} needs a token`);
    t.equal((await api.send(method, url, { token: 'fy_wrong' })).status, 401, `${name} needs a valid one`);
    const below = ranks[ranks.indexOf(role) - 1];
    if (below !== undefined) {
      t.match(
        await api.send(method, url, { token: api.tokens[below] }),
        { status: 403, body: { type: 'urn:fleetyard:problem:forbidden' } },
        `${name} is not for a ${below}`,
      );
    }
    // A stream would not end.
    const enough = await api.send(method, url, { token: api.tokens[role], headers: { accept: 'application/json' } });
    t.notOk([401, 403].includes(enough.status), `${name} is for a ${role}`);
  }
});

test('What belongs to another project', async (t) => {
  const api = await openTestApi(t);
  const made = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const { cluster, operation } = made.body;
  const stranger = { token: api.tokens['other-admin'] };
  const credential = (await api.send('GET', '/v1/credentials/demo-aws')).body.id;
  for (const [method, path] of [
    ['GET', `/v1/clusters/${cluster.id}`],
    ['GET', '/v1/clusters/web'],
    ['DELETE', `/v1/clusters/${cluster.id}`],
    ['GET', `/v1/clusters/${cluster.id}/outputs`],
    ['GET', `/v1/clusters/${cluster.id}/kubeconfig`],
    ['GET', `/v1/operations/${operation.id}`],
    ['GET', `/v1/operations/${operation.id}/events`],
    ['POST', `/v1/operations/${operation.id}/cancel`],
    ['GET', `/v1/credentials/${credential}`],
    ['DELETE', `/v1/credentials/${credential}`],
    ['GET', `/v1/projects/${api.projectId}`],
  ] as const) {
    t.equal(
      (await api.send(method, path, stranger)).status,
      404,
      `${method} ${path.replace(/_\w+/, '_…')} is not found`,
    );
  }
  t.same((await api.send('GET', '/v1/clusters', stranger)).body.items, [], 'is in no list');
  const asOther = await api.send('GET', '/v1/clusters', {
    ...stranger,
    headers: { 'fleetyard-project': api.projectId },
  });
  t.equal(asOther.status, 404, 'is not reached by naming the project');
  const foreign = await api.send('POST', '/v1/clusters', { ...stranger, body: clusterRequest({ credential }) });
  t.match(foreign, { status: 422, body: { errors: [{ pointer: '/credential' }] } }, 'cannot be used');
  t.equal(
    (await api.send('POST', '/v1/clusters', { ...stranger, body: clusterRequest() })).status,
    202,
    'does not take names or ranges away',
  );
});

test('A platform administrator', async (t) => {
  const api = await openTestApi(t);
  const token = api.tokens['platform-admin'];
  const lost = await api.send('GET', '/v1/clusters', { token });
  t.match(lost, { status: 400, body: { errors: [{ parameter: 'Fleetyard-Project' }] } }, 'has to name a project');
  const project = await api.send('POST', '/v1/projects', { token, body: { name: 'third' } });
  t.equal(project.status, 201, 'makes projects');
  const inThird = { token, headers: { 'fleetyard-project': 'third' } };
  t.same((await api.send('GET', '/v1/clusters', inThird)).body.items, [], 'names one by its name');
  t.equal(
    (await api.send('GET', '/v1/clusters', { token, headers: { 'fleetyard-project': project.body.id } })).status,
    200,
    'or by its id',
  );
  t.equal(
    (await api.send('GET', '/v1/clusters', { token, headers: { 'fleetyard-project': 'fourth' } })).status,
    404,
    'that exists',
  );
  t.equal((await api.send('GET', '/v1/projects', { token })).body.items.length, 3, 'sees all projects');
  t.equal((await api.send('GET', '/v1/projects')).body.items.length, 1, 'unlike others');
  t.match(
    await api.send('POST', '/v1/projects', { token, body: { name: 'third' } }),
    { status: 409, body: { type: 'urn:fleetyard:problem:name-taken' } },
    'makes each name once',
  );
});

test('A token', async (t) => {
  const api = await openTestApi(t);
  const made = await api.send('POST', '/v1/tokens', { body: { name: 'ci', role: 'operator', ttl: '1h' } });
  t.match(
    made,
    {
      status: 201,
      body: {
        secret: /^fy_/,
        token: { role: 'operator', project: api.projectId, expiresAt: '2026-06-01T01:00:00.000Z' },
      },
    },
    'is shown once',
  );
  const listed = await api.send('GET', '/v1/tokens');
  t.notOk(listed.text.includes(made.body.secret), 'and never again');
  const above = await api.send('POST', '/v1/tokens', { body: { name: 'root', role: 'platform-admin' } });
  t.match(above, { status: 403, body: { errors: [{ pointer: '/role' }] } }, 'is never more than who makes it');
  const lasting = await api.send('POST', '/v1/tokens', { body: { name: 'lasting', role: 'viewer' } });
  const use = () => api.send('GET', '/v1/clusters', { token: lasting.body.secret });
  t.equal((await use()).status, 200, 'works');
  t.equal((await api.send('DELETE', '/v1/tokens/lasting')).status, 204, 'can be revoked');
  t.equal((await use()).status, 401, 'and does not work after that');
});

test('A credential', async (t) => {
  const api = await openTestApi(t);
  const secret = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const made = await api.send('POST', '/v1/credentials', { body: { name: 'real', provider: 'aws', secret } });
  t.match(made, { status: 201, body: { simulated: false, provider: 'aws' } }, 'may be real');
  t.notOk(made.text.includes(secret.secretAccessKey), 'and its secret is not shown');
  t.notOk((await api.send('GET', '/v1/credentials')).text.includes(secret.secretAccessKey), 'in no list either');
  const simulated = await api.send('POST', '/v1/credentials', {
    body: { name: 'toy', provider: 'azure', simulated: true },
  });
  t.match(
    simulated.body,
    { simulated: true, attributes: { subscriptionId: /^[0-9a-f-]{36}$/ } },
    'or simulated, with an account of its own',
  );
  const both = await api.send('POST', '/v1/credentials', {
    body: { name: 'x', provider: 'aws', simulated: true, secret },
  });
  t.match(both, { status: 422, body: { errors: [{ pointer: '/secret' }] } }, 'but not both');
  await checkControlPlanes(t, api);
  const wrong = await api.send('POST', '/v1/credentials', { body: { name: 'x', provider: 'gcp', secret } });
  t.match(wrong, { status: 422 }, 'has the secret of its own provider');
  const key = await api.send('POST', '/v1/credentials', {
    body: { name: 'x', provider: 'gcp', secret: { project: 'demo-project', serviceAccountKey: '{}' } },
  });
  t.match(
    key,
    { status: 422, body: { errors: [{ pointer: '/secret/serviceAccountKey' }] } },
    'in a form that can be used',
  );
  const ssh = await api.send('POST', '/v1/credentials', { body: { name: 'x', provider: 'ssh', secret: {} } });
  t.match(ssh, { status: 422, body: { type: 'urn:fleetyard:problem:not-built-yet' } }, 'of a kind that is built');
  t.equal((await api.send('DELETE', '/v1/credentials/toy')).status, 204, 'goes when nothing uses it');
});

/** What the clusters of a simulated account stand on is said once, and told in every answer. */
async function checkControlPlanes(t: Test, api: TestApi): Promise<void> {
  const secret = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const get = async (name: string) => (await api.send('GET', `/v1/credentials/${name}`)).body;
  t.equal((await get('real')).controlPlanes, null, 'clusters of a real account stand where they stand');
  t.equal((await get('toy')).controlPlanes, 'ledger', 'simulated API servers, when nothing is said');
  const local = { name: 'local-toy', provider: 'gcp', simulated: true, controlPlanes: 'local' };
  const made = await api.send('POST', '/v1/credentials', { body: local });
  t.match(made, { status: 201, body: { controlPlanes: 'local' } }, 'or real ones');
  t.same(await get('local-toy'), made.body);
  t.notOk(Object.hasOwn(made.body.attributes, 'controlPlanes'), 'said once');
  const again = await api.send('POST', '/v1/credentials', { body: { ...local, controlPlanes: 'ledger' } });
  t.match(again, { status: 409, body: { errors: [{ pointer: '/name' }] } }, 'for ever');
  t.equal((await get('local-toy')).controlPlanes, 'local');
  const real = await api.send('POST', '/v1/credentials', {
    body: { name: 'x', provider: 'aws', secret, controlPlanes: 'local' },
  });
  t.match(real, { status: 422, body: { errors: [{ pointer: '/controlPlanes' }] } }, 'of a simulated account alone');
  const other = await api.send('POST', '/v1/credentials', { body: { ...local, name: 'y', controlPlanes: 'kind' } });
  t.match(other, { status: 422, body: { errors: [{ pointer: '/controlPlanes' }] } }, 'and only what there is');
}

test("13: who calls is found out while every session waits behind somebody else's change", async (t) => {
  const api = await openTestApi(t);
  const { store } = api;
  const endless = new Promise<never>(() => undefined);
  api.parts.store = { ...store, asSystem: () => endless, asProject: () => endless };
  t.equal((await api.send('GET', '/v1/clusters', { token: 'fy_wrong' })).status, 401, 'a wrong token is refused');
  t.equal(
    (await api.send('GET', '/v1/clusters', { headers: { 'fleetyard-project': 'none' } })).status,
    404,
    'a right one is known, and a project is looked up',
  );
});
