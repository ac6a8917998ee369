// What waits for room: where an operation stands, pausing a project, and limiting what runs of it.
import { test } from 'tap';
import { claimNext } from '../../services/store/claim-next.ts';
import { clusterRequest, openTestApi, type TestApi } from './fixtures.ts';

const limits = { perProject: 100, perCredential: 100 };

function claimOne({ store }: TestApi) {
  return store.asSystem((tx) => claimNext(tx, { owner: 'test', leaseSeconds: 60, limits, admits: () => true }));
}

async function startMany(api: TestApi, count: number): Promise<string[]> {
  const ids = [];
  for (let index = 0; index < count; index += 1) {
    const { body } = await api.send('POST', '/v1/clusters', { body: { ...clusterRequest(), name: `many-${index}` } });
    ids.push(body.operation.id);
  }
  return ids;
}

test('An operation that waits says where it stands', async (t) => {
  const api = await openTestApi(t);
  const ids = await startMany(api, 4);
  const read = async (index: number) => (await api.send('GET', `/v1/operations/${ids[index]}`)).body;
  t.match((await read(3)).queue, { waitsFor: 'room', position: 4, expectedStartAt: null }, 'nothing began of late');
  await claimOne(api);
  await claimOne(api);
  t.match(await read(0), { state: 'running', queue: null });
  const { position, expectedStartAt } = (await read(3)).queue;
  t.equal(position, 2);
  t.ok(Date.parse(expectedStartAt) > Date.now() - 60_000, 'by how fast others began');
  const change = await api.send('PUT', '/v1/clusters/many-0', {
    body: { ...clusterRequest(), name: 'many-0', labels: { team: 'x' } },
  });
  const later = await api.send('GET', `/v1/operations/${change.body.operation.id}`);
  t.match(later.body.queue, { waitsFor: 'earlier-operation', position: null });
});

test('A project that is paused', async (t) => {
  const api = await openTestApi(t);
  const [id] = await startMany(api, 1);
  const path = `/v1/projects/${api.projectId}`;
  const paused = await api.send('PATCH', path, { body: { paused: true } });
  t.match(paused, { status: 200, body: { runningLimit: null } });
  t.ok(Date.parse(paused.body.pausedAt) > 0);
  const again = await api.send('PATCH', path, { body: { paused: true } });
  t.equal(again.body.pausedAt, paused.body.pausedAt, 'stays so since then');
  t.equal(await claimOne(api), undefined, 'begins nothing');
  t.match((await api.send('GET', `/v1/operations/${id}`)).body.queue, { waitsFor: 'resumption' });
  t.match(await api.send('PATCH', path, { body: { paused: false } }), { status: 200, body: { pausedAt: null } });
  t.equal((await claimOne(api))?.id, id, 'and goes on when it is resumed');
});

test('How much of a project runs at once', async (t) => {
  const api = await openTestApi(t);
  await startMany(api, 3);
  const path = `/v1/projects/${api.projectId}`;
  const refused = await api.send('PATCH', path, { body: { runningLimit: 9 } });
  t.match(
    refused,
    { status: 403, body: { errors: [{ pointer: '/runningLimit' }] } },
    'is not for its own admin to say',
  );
  const platform = { token: api.tokens['platform-admin'] };
  t.match(await api.send('PATCH', path, { ...platform, body: { runningLimit: 1 } }), { body: { runningLimit: 1 } });
  t.ok(await claimOne(api));
  t.equal(await claimOne(api), undefined, 'is kept to');
  t.match(await api.send('PATCH', path, { ...platform, body: { runningLimit: null } }), {
    body: { runningLimit: null },
  });
  t.ok(await claimOne(api), 'until it is taken away');
});

test('What cannot be changed of a project', async (t) => {
  const api = await openTestApi(t);
  const own = `/v1/projects/${api.projectId}`;
  t.equal((await api.send('PATCH', own, { body: {} })).status, 422, 'nothing');
  t.match(await api.send('PATCH', own, { body: { runningLimit: 0 } }), {
    status: 422,
    body: { errors: [{ pointer: '/runningLimit' }] },
  });
  t.match(await api.send('PATCH', own, { body: { pause: true } }), {
    status: 422,
    body: { errors: [{ pointer: '/pause' }] },
  });
  const other = await api.send('PATCH', `/v1/projects/${api.otherProjectId}`, { body: { paused: true } });
  t.equal(other.status, 404, "somebody else's is not there");
  t.equal((await api.send('PATCH', own, { token: api.tokens.operator, body: { paused: true } })).status, 403);
});
