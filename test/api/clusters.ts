// Clusters over HTTP: creating, reading, applying and deleting them.
import { test } from 'tap';
import { walkAll } from '../changes/walk.ts';
import { clusterRequest, openTestApi } from './fixtures.ts';

test('A cluster that is asked for', async (t) => {
  const api = await openTestApi(t);
  const created = await api.send('POST', '/v1/clusters', { body: clusterRequest(), token: api.tokens.operator });
  t.equal(created.status, 202, 'is accepted');
  const { cluster, operation } = created.body;
  t.equal(created.headers['location'], `/v1/operations/${operation.id}`, 'has an operation to follow');
  t.equal(created.headers['etag'], '"1"', 'begins with generation 1');
  t.match(cluster, { phase: 'pending', simulated: true, generation: 1, operation: operation.id }, 'is pending');
  t.match(
    cluster.spec.network,
    { nodeCidr: /^10\./, podCidr: /^100\./, serviceCidr: /^10\.128\./ },
    'has ranges of its own',
  );
  t.same(
    operation.steps.map((step: { kind: string; layer: string | null }) => `${step.kind} ${step.layer}`),
    ['engine network', 'engine cluster', 'check null', 'engine addons'],
    'has the steps that make it',
  );
  t.same(await api.queue.countJobs(), { waiting: 1, active: 0, delayed: 0 }, 'is signalled to the workers');

  const byName = await api.send('GET', '/v1/clusters/web');
  const byId = await api.send('GET', `/v1/clusters/${cluster.id}`);
  t.same(byName.body, byId.body, 'is read by name and by id alike');
  const list = await api.send('GET', '/v1/clusters?provider=eks&limit=1');
  t.same(list.body.items, [byId.body], 'is in the list');

  const outputs = await api.send('GET', '/v1/clusters/web/outputs');
  t.same(outputs.body, { cluster: cluster.id, layers: [] }, 'has no outputs yet');
  const kubeconfig = await api.send('GET', '/v1/clusters/web/kubeconfig');
  t.match(kubeconfig, { status: 409, body: { type: 'urn:fleetyard:problem:conflict' } }, 'has no kubeconfig yet');
});

test('A cluster whose document is applied', async (t) => {
  const api = await openTestApi(t);
  const first = await api.send('PUT', '/v1/clusters/web', { yaml: clusterRequest() });
  t.equal(first.status, 202, 'is made when the name is free');
  const early = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest() });
  t.match(
    early,
    { status: 202, body: { operation: { id: first.body.operation.id }, cluster: { generation: 1 } } },
    'is answered with what is under way',
  );
  t.equal(early.headers['location'], first.headers['location'], 'and where to follow it');
  await walkAll(api);
  const again = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest() });
  t.match(
    again,
    { status: 200, body: { operation: null, cluster: { generation: 1 } } },
    'is left alone once it is there',
  );
  t.equal((await api.send('GET', '/v1/operations')).body.items.length, 1, 'has one operation still');

  const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 2, max: 4 } }];
  const changed = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest({ nodePools }) });
  t.match(
    changed,
    { status: 202, body: { operation: { kind: 'update', generation: 2 }, cluster: { generation: 2 } } },
    'is updated when it differs',
  );
  t.same(changed.body.cluster.spec.network, first.body.cluster.spec.network, 'keeps its ranges');

  const moved = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest({ region: 'eu-west-1' }) });
  t.match(moved, { status: 422, body: { type: 'urn:fleetyard:problem:immutable-field' } }, 'cannot move');
  t.ok(
    moved.body.errors.some((error: { pointer: string }) => error.pointer === '/region'),
    'and is told which field is fixed',
  );
  await walkAll(api);
  const byId = await api.send('PUT', `/v1/clusters/${first.body.cluster.id}`, { body: clusterRequest({ nodePools }) });
  t.match(byId, { status: 200, body: { operation: null } }, 'may be named by its id');
  const lost = await api.send('PUT', '/v1/clusters/cl_01k2m3n4p5q6r7s8t9v0w1x2y3', { body: clusterRequest() });
  t.equal(lost.status, 404, 'unless there is none of that id');
  const other = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest({ name: 'other' }) });
  t.match(
    other,
    { status: 422, body: { errors: [{ pointer: '/name', code: 'contradiction' }] } },
    'has one name in path and body',
  );
});

test('Conditional requests', async (t) => {
  const api = await openTestApi(t);
  const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
  const none = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest(), ...ifMatch('"1"') });
  t.match(
    none,
    { status: 412, body: { type: 'urn:fleetyard:problem:precondition-failed' } },
    'fail for what is not there',
  );
  t.same(await api.countLeftovers(), { rows: 0, jobs: 0 }, 'and leave nothing');
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const stale = await api.send('DELETE', '/v1/clusters/web', ifMatch('"7"'));
  t.equal(stale.status, 412, 'fail for another generation');
  const right = await api.send('DELETE', '/v1/clusters/web', ifMatch('"1"'));
  t.equal(right.status, 202, 'go on for the right one');
});

test('A cluster that is deleted', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest({ protect: true }) });
  const refused = await api.send('DELETE', '/v1/clusters/web');
  t.match(refused, { status: 409, body: { type: 'urn:fleetyard:problem:protected' } }, 'is kept while it is protected');
  await api.send('PUT', '/v1/clusters/web', { body: clusterRequest({ protect: false }) });
  const deleted = await api.send('DELETE', '/v1/clusters/web');
  t.match(
    deleted,
    { status: 202, body: { operation: { kind: 'delete' }, cluster: { phase: 'deleting' } } },
    'is on its way out',
  );
  const again = await api.send('DELETE', '/v1/clusters/web');
  t.equal(again.body.operation.id, deleted.body.operation.id, 'has one deletion, however often it is asked for');
  const late = await api.send('PUT', '/v1/clusters/web', { body: clusterRequest() });
  t.match(late, { status: 409, body: { type: 'urn:fleetyard:problem:conflict' } }, 'cannot be applied any more');
});

test('Two hundred clusters that are asked for at once', async (t) => {
  const api = await openTestApi(t);
  // A services pool of a /13 has room for 128 blocks of /20.
  await api.send('POST', '/v1/address-spaces', {
    body: { name: 'narrow', pools: { nodes: '10.0.0.0/8', pods: '100.64.0.0/10', services: '172.24.0.0/13' } },
  });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      api.send('POST', '/v1/clusters', {
        body: clusterRequest({
          name: `web-${index}`,
          addressSpace: 'narrow',
          provider: 'aks',
          region: 'westeurope',
          credential: 'demo-azure',
        }),
      }),
    ),
  );
  const accepted = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status !== 202);
  t.ok(
    accepted.length > 0 && refused.length > 0,
    `are accepted as far as there is room (${accepted.length}, ${refused.length} refused)`,
  );
  t.ok(
    refused.every(
      ({ status, body }) =>
        status === 409 &&
        body.type === 'urn:fleetyard:problem:range-exhausted' &&
        body.detail.includes('172.24.0.0/13'),
    ),
    'and the others are told which pool is exhausted',
  );
  const ranges = (await api.send('GET', '/v1/address-spaces/narrow/ranges')).body.items as { range: string }[];
  t.equal(new Set(ranges.map(({ range }) => range)).size, ranges.length, 'hold ranges that are all different');
  t.equal(ranges.length, accepted.length * 3, 'three each, and none for those that were refused');
});
