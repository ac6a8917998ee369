// Fleets over HTTP: one document, many operations, and exactly those that are needed.
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { walkAll } from '../changes/walk.ts';
import { fleetRequest, openTestApi } from './fixtures.ts';

type Operation = { id: string; kind: string; resource: { kind: string; id: string }; parent: string | null };

test('A fleet that is asked for', async (t) => {
  const api = await openTestApi(t);
  const created = await api.send('POST', '/v1/fleets', { yaml: fleetRequest(), token: api.tokens.operator });
  t.equal(created.status, 202, 'is accepted');
  const { fleet, operation, children } = created.body;
  t.equal(created.headers['location'], `/v1/operations/${operation.id}`, 'has an operation of its own');
  t.same(
    operation.steps.map(({ kind }: { kind: string }) => kind),
    ['wait'],
    'which waits',
  );
  t.same(
    children.map(({ kind, resource }: Operation) => `${kind} ${resource.kind}`),
    ['create federation', 'create cluster', 'create cluster', 'create cluster'],
    'for its federation and its clusters',
  );
  t.ok(
    children.every(({ parent }: Operation) => parent === operation.id),
    'as their parent',
  );
  t.same(
    fleet.clusters.map(({ managed }: { managed: boolean }) => managed),
    [true, true, true],
    'manages them all',
  );
  const twice = await api.send('POST', '/v1/fleets', { body: fleetRequest() });
  t.match(twice, { status: 409, body: { type: 'urn:fleetyard:problem:name-taken', detail: /fleet/ } }, 'is made once');
  t.same(await api.queue.countJobs(), { waiting: 5, active: 0, delayed: 0 }, 'signals all of them');

  const cluster = (await api.send('GET', '/v1/clusters/on-google')).body;
  t.match(
    cluster,
    { fleet: fleet.id, federation: fleet.federation, spec: { network: { controlPlaneCidr: /\/28$/ } } },
    'ties its clusters together',
  );
  const federation = (await api.send('GET', '/v1/federations/three-clouds')).body;
  t.match(federation, { engine: 'karmada', phase: 'pending' }, 'has a federation of its name');
  const members = (await api.send('GET', '/v1/federations/three-clouds/members')).body.items;
  t.same(
    members.map(({ name, joined }: { name: string; joined: boolean }) => [name, joined]),
    [
      ['on-aws', false],
      ['on-azure', false],
      ['on-google', false],
    ],
    'whose members have yet to join',
  );
  const listed = (await api.send('GET', '/v1/clusters?fleet=three-clouds')).body.items;
  t.equal(listed.length, 3, 'narrows the list of clusters');
  t.match(
    (await api.send('GET', `/v1/operations?parent=${operation.id}`)).body,
    { items: { length: 4 } },
    'narrows the list of operations',
  );
});

test('A fleet whose document is applied', async (t) => {
  const api = await openTestApi(t);
  const document = fleetRequest();
  const clusters = document['clusters'] as Record<string, unknown>[];
  const apply = (body: unknown) => api.send('PUT', '/v1/fleets/three-clouds', { body });
  t.equal((await apply(document)).status, 202, 'is made when the name is free');
  const before = await api.countLeftovers();
  const early = await apply(document);
  t.match(
    early,
    { status: 202, body: { operation: { kind: 'create' }, children: { length: 4 }, fleet: { generation: 1 } } },
    'is answered with what is under way',
  );
  t.same(await api.countLeftovers(), before, 'without a row or a job more');
  await walkAll(api);
  const again = await apply(document);
  t.match(
    again,
    { status: 200, body: { operation: null, children: [], fleet: { generation: 1 } } },
    'is left alone once it is there',
  );

  const grown = fleetRequest({
    clusters: clusters.map((cluster, index) => (index === 0 ? { ...cluster, tags: { team: 'web' } } : cluster)),
  });
  const changed = await apply(grown);
  t.equal(changed.status, 202, 'is changed where it differs');
  t.same(
    changed.body.children.map(({ kind, resource }: Operation) => `${kind} ${resource.kind}`),
    ['update cluster'],
    'and nowhere else',
  );
  await walkAll(api);

  const fewer = fleetRequest({
    clusters: [clusters[0], clusters[1]].map((cluster, index) =>
      index === 0 ? { ...cluster, tags: { team: 'web' } } : cluster,
    ),
  });
  const left = await apply(fewer);
  t.match(left, { status: 200, body: { operation: null } }, 'starts nothing for a member that it no longer names');
  t.same(
    left.body.fleet.clusters.map(({ name, managed }: { name: string; managed: boolean }) => [name, managed]),
    [
      ['on-aws', true],
      ['on-azure', true],
      ['on-google', false],
    ],
    'but lists it as unmanaged',
  );
  const inUse = await api.send('DELETE', '/v1/clusters/on-aws');
  t.match(inUse, { status: 409, body: { type: 'urn:fleetyard:problem:in-use' } }, 'keeps the members that it names');
  const pruned = await apply({ ...fewer, prune: true });
  t.same(
    pruned.body.children.map(({ kind, resource }: Operation) => `${kind} ${resource.kind}`),
    ['delete cluster'],
    'removes it when it says prune',
  );
  const twice = await apply({ ...fewer, prune: true });
  t.match(twice, { status: 202, body: { operation: { id: pruned.body.operation.id } } }, 'and does so once');
  const back = await apply(grown);
  t.match(
    back,
    { status: 409, body: { errors: [{ pointer: '/clusters/2/name', code: 'name-taken' }] } },
    'cannot have back what is on its way out',
  );
});

test('A fleet that is deleted', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/fleets', { body: fleetRequest() });
  t.match(
    await api.send('DELETE', '/v1/federations/three-clouds'),
    { status: 409, body: { type: 'urn:fleetyard:problem:in-use' } },
    'keeps its federation until then',
  );
  t.match(
    await api.send('DELETE', '/v1/credentials/demo-hub'),
    { status: 409, body: { type: 'urn:fleetyard:problem:in-use' } },
    'and its credentials',
  );
  const deleted = await api.send('DELETE', '/v1/fleets/three-clouds');
  t.match(deleted, { status: 202, body: { operation: { kind: 'delete' } } }, 'is on its way out');
  t.same(
    deleted.body.children.map(({ kind, resource }: Operation) => `${kind} ${resource.kind}`).toSorted(),
    ['delete cluster', 'delete cluster', 'delete cluster', 'delete federation'],
    'with everything that it made',
  );
  const again = await api.send('DELETE', '/v1/fleets/three-clouds');
  t.equal(again.body.operation.id, deleted.body.operation.id, 'once');
});

test('A fleet with a protected member', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/fleets', {
    body: fleetRequest({ defaults: { kubernetesVersion: '1.35', protect: true } }),
  });
  const refused = await api.send('DELETE', '/v1/fleets/three-clouds');
  t.match(
    refused,
    { status: 409, body: { type: 'urn:fleetyard:problem:protected', errors: { length: 3 } } },
    'is kept',
  );
});

test('The published examples', async (t) => {
  const api = await openTestApi(t);
  const expected: Record<string, string[]> = {
    'hybrid-platform': [
      '/network/mesh',
      '/federation/hub/cluster',
      '/defaults/access/oidc',
      '/defaults/addons',
      '/clusters/0/provider',
      '/clusters/0/controlPlane',
      '/clusters/2/providerOptions',
    ],
    'regulated-regions': ['/network/mesh', '/defaults/addons', '/defaults/policies', '/clusters/2/ttl'],
    'two-clouds-active-active': ['/network/mesh', '/network/interconnect', '/defaults/addons'],
  };
  for (const [name, pointers] of Object.entries(expected)) {
    const text = readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');
    const answer = await api.send('POST', '/v1/fleets', { raw: { text, type: 'application/yaml' } });
    t.match(
      answer,
      { status: 422, body: { type: 'urn:fleetyard:problem:not-built-yet' } },
      `${name} uses words that are not built yet`,
    );
    const named = answer.body.errors
      .filter(({ code }: { code: string }) => code === 'not-built-yet')
      .map(({ pointer }: { pointer: string }) => pointer);
    t.same(
      pointers.filter((pointer) => !named.includes(pointer)),
      [],
      `and each of them is named: ${named.join(' ')}`,
    );
  }
  const quickstart = readFileSync(new URL('../../examples/quickstart.yaml', import.meta.url), 'utf8');
  t.equal(
    (await api.send('POST', '/v1/fleets', { raw: { text: quickstart, type: 'application/yaml' } })).status,
    202,
    'quickstart is accepted',
  );
});
