// Placements by HTTP: what is refused before anything is touched, and what a preview says of what would come.
import { test, type Test } from 'tap';
import { claimOperation } from '../../services/store/leases.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import type { Parts } from '../../services/api/call.ts';
import { FleetyardError } from '../../services/domain/errors.ts';
import { clusterRequest, openTestApi, type TestApi } from './fixtures.ts';

const select = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'orders' };

/** A federation with three members of two providers, and what sends to it. */
async function prepare(t: Test, parts: Partial<Parts> = {}) {
  const api = await openTestApi(t, parts);
  const token = api.tokens.operator;
  const call = async (method: string, path: string, body?: unknown) =>
    api.send(method, path, { token, ...(body === undefined ? {} : { body }) });
  await call('POST', '/v1/federations', { name: 'main', engine: 'karmada', hub: { credential: 'demo-hub' } });
  const members = [
    { name: 'one', labels: { tier: 'cloud' } },
    { name: 'two', labels: { tier: 'cloud' } },
    { name: 'three', labels: { tier: 'edge' } },
  ];
  for (const member of members) {
    const made = await call('POST', '/v1/clusters', clusterRequest({ ...member, federation: 'main' }));
    t.equal(made.status, 202, made.text);
  }
  return { api, call, post: (body: unknown) => call('POST', '/v1/placements', body) };
}

/** Ends an operation as a worker would. */
async function settle({ store }: TestApi, id: string): Promise<void> {
  const claimed = await store.asSystem((tx) => claimOperation(tx, { id, owner: 'test', leaseSeconds: 30 }));
  const lease = { operationId: id, fence: claimed?.fence ?? 0 };
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
}

/** Says of members that they have joined and answer. */
async function joinAll({ store }: TestApi): Promise<void> {
  await store.asSystem(async ({ sql }) => {
    await sql`
      insert into stacks (id, project_id, cluster_id, layer, home, name, outputs, deployed_at, passphrase_enc, salt)
      select 'sk_' || substr(id, 4), project_id, id, 'membership', 'simulated', name || '-membership',
        jsonb_build_object('memberName', name || '-at-hub'), now(), '\\x00', 'salt'
      from clusters
      on conflict do nothing
    `;
    await sql`update clusters set status = status || '{"member": {"ready": true}}'`;
  });
}

test('a placement is made, changed and deleted like every other resource', async (t) => {
  const { api, call, post } = await prepare(t);
  const made = await post({ name: 'orders', federation: 'main', select });
  t.equal(made.status, 202, made.text);
  t.match(made.body, { placement: { name: 'orders', phase: 'pending', generation: 1, document: { select } } });
  t.same(
    made.body.operation.steps.map(({ kind, action }: { kind: string; action: string }) => `${kind} ${action}`),
    ['hub place'],
  );
  const again = await call('PUT', '/v1/placements/orders', { name: 'orders', federation: 'main', select });
  t.match(again.body.placement, { generation: 1 }, 'the same document is the same placement');
  const patched = await call('GET', '/v1/placements/orders');
  t.equal(patched.headers['etag'], '"1"');
  const listed = await call('GET', '/v1/placements?federation=main&phase=pending');
  t.equal(listed.body.items.length, 1);
  t.equal((await call('GET', '/v1/placements?federation=other')).body.items.length, 0);
  const elsewhere = await call('DELETE', '/v1/federations/main');
  t.equal(elsewhere.status, 409, 'a federation with members stays');
  await settle(api, made.body.operation.id);
  t.equal((await call('PUT', '/v1/placements/orders', { name: 'orders', federation: 'main', select })).status, 200);
  // As a worker leaves it: what is null is not kept by every write.
  const seen = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'orders', name: 'cart', scheduled: true };
  const status = { workloads: [{ ...seen, clusters: [{ cluster: 'one', applied: false }] }], rendered: 'x' };
  await api.store.asSystem(({ sql }) => sql`update placements set status = ${sql.json(status)}`);
  const shown = (await call('GET', '/v1/placements/orders')).body.status;
  t.same(shown.workloads, [
    {
      ...seen,
      replicas: null,
      reason: null,
      clusters: [{ cluster: 'one', replicas: null, ready: null, applied: false, reason: null }],
    },
  ]);
  const deleted = await call('DELETE', '/v1/placements/orders');
  t.match(deleted, { status: 202, body: { operation: { kind: 'delete', steps: [{ action: 'displace' }] } } });
});

test('what can not come about is refused with the place in the document', async (t) => {
  const { post, call } = await prepare(t);
  const faults: [string, Record<string, unknown>, string][] = [
    ['an unknown federation', { federation: 'other' }, '/federation'],
    ['a label that no cluster has', { affinity: { tier: 'moon' } }, '/affinity'],
    [
      'weights for an unknown cluster',
      { replicas: { divide: 'weighted', weights: { ones: 1 } } },
      '/replicas/weights/ones',
    ],
    [
      'weights for a cluster that is not reached',
      { affinity: { tier: 'edge' }, replicas: { divide: 'weighted', weights: { one: 1, three: 1 } } },
      '/replicas/weights/one',
    ],
    ['weights of nothing', { replicas: { divide: 'weighted', weights: { one: 0 } } }, '/replicas/weights'],
    ['weights of duplicates', { replicas: { divide: 'duplicated', weights: { one: 1 } } }, '/replicas/weights'],
    ['more providers than there are', { spread: { by: 'provider', min: 2 } }, '/spread/min'],
    ['a spread that contradicts itself', { spread: { by: 'cluster', min: 3, max: 2 } }, '/spread/min'],
    ['a spread that the hub can not do', { spread: { by: 'provider' }, replicas: { divide: 'dynamic' } }, '/spread/by'],
    ["the hub's own objects", { select: { ...select, namespace: 'karmada-system' } }, '/select/namespace'],
    ["the hub's own kinds", { select: { apiVersion: 'work.karmada.io/v1alpha1', kind: 'Work' } }, '/select/apiVersion'],
    [
      'a patch without a value',
      { overrides: [{ patches: [{ op: 'add', path: '/spec/paused' }] }] },
      '/overrides/0/patches/0/value',
    ],
    [
      'a patch of no pointer',
      { overrides: [{ patches: [{ op: 'remove', path: 'spec' }] }] },
      '/overrides/0/patches/0/path',
    ],
    ['an order of unknown clusters', { failover: { order: ['one', 'four'] } }, '/failover/order/1'],
  ];
  for (const [what, change, pointer] of faults) {
    const body = { name: 'orders', federation: 'main', select, ...change };
    for (const path of ['/v1/placements', '/v1/placements/preview']) {
      const answer = await call('POST', path, body);
      t.equal(answer.status, 422, `${what}: ${answer.text}`);
      t.ok(
        answer.body.errors?.some((error: { pointer: string }) => error.pointer === pointer),
        `${what}: ${answer.text}`,
      );
    }
  }
  t.equal((await call('GET', '/v1/placements')).body.items.length, 0, 'nothing was made');
  t.equal((await post({ name: 'orders', federation: 'main', select })).status, 202);
  const second = await post({ name: 'more', federation: 'main', select: { ...select, name: 'cart' } });
  t.match(second, { status: 409, body: { errors: [{ pointer: '/select' }] } }, second.text);
  t.ok(second.body.wayOut.length > 0);
  const apart = { ...select, namespace: 'other' };
  t.equal((await post({ name: 'more', federation: 'main', select: apart })).status, 202);
});

test('a preview says who gets what, and changes nothing', async (t) => {
  const { api, call } = await prepare(t);
  await joinAll(api);
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'orders' },
    spec: {
      replicas: 4,
      template: { spec: { containers: [{ name: 'cart', image: 'shop/cart:1', args: ['--slow'] }] } },
    },
  };
  const body = {
    name: 'orders',
    federation: 'main',
    select,
    affinity: { tier: 'cloud' },
    replicas: { divide: 'weighted', weights: { one: 2, two: 1 } },
    overrides: [
      { targets: { clusters: ['two'] }, imageRegistry: 'mirror.example', labels: { site: 'two' } },
      { targets: { clusters: ['two'] }, args: [{ container: 'cart', remove: ['--slow'], add: ['--fast'] }] },
    ],
    workload,
  };
  const before = await api.countLeftovers();
  const answer = await call('POST', '/v1/placements/preview', body);
  t.equal(answer.status, 200, answer.text);
  t.same(await api.countLeftovers(), before);
  t.match(answer.body.clusters, [
    { name: 'one', gets: true, reason: null },
    { name: 'two', gets: true, reason: null },
    { name: 'three', gets: false, reason: /label tier is edge/ },
  ]);
  const [previewed] = answer.body.workloads;
  t.match(previewed, { replicas: 4, exact: true, note: null });
  t.match(previewed.clusters, [
    { cluster: 'one', replicas: 3, manifest: { spec: { replicas: 3 } } },
    {
      cluster: 'two',
      replicas: 1,
      manifest: {
        metadata: { labels: { site: 'two' } },
        spec: { template: { spec: { containers: [{ image: 'mirror.example/shop/cart:1', args: ['--fast'] }] } } },
      },
    },
  ]);
  t.match(answer.body.objects, [{ kind: 'ClusterPropagationPolicy' }, { kind: 'ClusterOverridePolicy' }]);
  const left = await call('POST', '/v1/placements/preview', {
    ...body,
    replicas: { divide: 'duplicated' },
    clusters: [
      { name: 'three', labels: { tier: 'cloud' } },
      { name: 'one', leaves: true },
    ],
  });
  t.match(left.body.clusters, [{ gets: false, reason: /leaving/ }, { gets: true }, { gets: true }], left.text);
});

test('the placements of a fleet come, change and go with its document', async (t) => {
  const api = await openTestApi(t);
  const token = api.tokens.operator;
  const call = (method: string, path: string, body?: unknown) =>
    api.send(method, path, { token, ...(body === undefined ? {} : { body }) });
  const members = ['shop-one', 'shop-two'].map((name) => clusterRequest({ name }));
  const cart = { name: 'cart', select };
  const rest = { name: 'rest', select: { ...select, namespace: 'rest' } };
  const fleet = {
    name: 'shop',
    federation: { engine: 'karmada', hub: { credential: 'demo-hub' } },
    clusters: members,
    placements: [cart, rest],
  };
  const faulty = [
    [
      { ...cart, replicas: { divide: 'weighted', weights: { elsewhere: 1 } } },
      '/placements/0/replicas/weights/elsewhere',
    ],
    [{ ...cart, spread: { by: 'cluster', min: 3 } }, '/placements/0/spread/min'],
    [
      { ...cart, select: { apiVersion: 'v1', kind: 'Secret', namespace: 'karmada-cluster' } },
      '/placements/0/select/namespace',
    ],
  ] as const;
  for (const [placement, pointer] of faulty) {
    const refused = await call('POST', '/v1/fleets', { ...fleet, placements: [placement] });
    t.match(refused, { status: 422, body: { errors: [{ pointer }] } }, refused.text);
  }
  const twice = await call('POST', '/v1/fleets', { ...fleet, placements: [cart, { ...cart, name: 'again' }] });
  t.match(twice, { status: 422, body: { errors: [{ pointer: '/placements/1/select' }] } }, twice.text);
  const { federation: _, ...loose } = fleet;
  t.match(await call('POST', '/v1/fleets', loose), { status: 422, body: { errors: [{ pointer: '/placements' }] } });
  t.equal((await call('GET', '/v1/fleets')).body.items.length, 0, 'nothing was made');

  const made = await call('POST', '/v1/fleets', fleet);
  t.equal(made.status, 202, made.text);
  t.match(made.body.fleet.placements, [
    { name: 'cart', managed: true },
    { name: 'rest', managed: true },
  ]);
  const kinds = made.body.children.map(({ resource }: { resource: { kind: string } }) => resource.kind);
  t.same(kinds.toSorted(), ['cluster', 'cluster', 'federation', 'placement', 'placement']);
  const same = await call('PUT', '/v1/fleets/shop', fleet);
  t.equal(same.body.operation.id, made.body.operation.id, 'the same document is under way');
  const own = await call('PUT', '/v1/placements/cart', { ...cart, federation: 'shop', exclude: { tier: 'x' } });
  t.match(own, { status: 409, body: { wayOut: [{ path: `/v1/fleets/${made.body.fleet.id}` }] } });
  t.equal((await call('DELETE', '/v1/placements/cart')).status, 409);

  const changed = await call('PUT', '/v1/fleets/shop', { ...fleet, placements: [{ ...cart, exclude: { tier: 'x' } }] });
  t.match(changed.body.fleet.placements, [
    { name: 'cart', managed: true },
    { name: 'rest', managed: false },
  ]);
  const pruned = await call('PUT', '/v1/fleets/shop', { ...fleet, placements: [cart], prune: true });
  const removals = pruned.body.children.filter(({ kind }: { kind: string }) => kind === 'delete');
  t.match(removals, [{ resource: { kind: 'placement' } }], pruned.text);
  const stranger = { name: 'mine', federation: 'shop', select: { ...select, namespace: 'mine' } };
  t.equal((await call('POST', '/v1/placements', stranger)).status, 202);
  t.match(await call('DELETE', '/v1/fleets/shop'), { status: 409, body: { type: 'urn:fleetyard:problem:in-use' } });
  t.equal((await call('DELETE', '/v1/placements/mine')).status, 202);
});

test('a preview asks the hub what is selected, and goes on without it', async (t) => {
  const metadata = { name: 'cart', namespace: 'orders' };
  const answers: Awaited<ReturnType<Parts['listSelected']>>[] = [
    [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 2 } }],
    undefined,
  ];
  const asked: unknown[] = [];
  const { api, call } = await prepare(t, {
    listSelected: async ({ engine, select: selected }) => {
      asked.push({ engine, select: selected });
      if (answers.length === 0) throw new FleetyardError('unavailable', 'the hub is away');
      return answers.shift();
    },
  });
  await joinAll(api);
  const body = { name: 'orders', federation: 'main', select };
  const found = await call('POST', '/v1/placements/preview', body);
  t.same(asked, [{ engine: 'karmada', select }]);
  t.match(found.body, { unread: null, workloads: [{ name: 'cart', replicas: 2, exact: true }] }, found.text);
  t.equal(found.body.workloads[0].clusters.length, 3);
  t.match((await call('POST', '/v1/placements/preview', body)).body, { unread: /core group/, workloads: [] });
  const away = await call('POST', '/v1/placements/preview', body);
  t.match(away, { status: 200, body: { unread: 'the hub is away', clusters: { length: 3 }, workloads: [] } });
});
