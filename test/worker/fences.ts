// A worker that comes late writes nothing: no status, no event, no file of its successor's.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { listWorkFolders, removeDeadFolders } from '../../services/engine/work-folders.ts';
import { listEvents } from '../../services/store/events.ts';
import { getFederation } from '../../services/store/federations.ts';
import { getOperation } from '../../services/store/operations.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { mergeStatus } from '../../services/store/write-observed.ts';
import { createRedactor } from '../../services/vault/redact.ts';
import { takeFolder } from '../../services/worker/layers/step-folder.ts';
import { startWorker } from '../../services/worker/start-worker.ts';
import { sweepOnce } from '../../services/worker/sweeps/run-sweeps.ts';
import { followStepEvents } from '../../services/worker/steps/follow-step-events.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext, testRoom } from '../helpers/worker.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

test('14: a status is written only under the lease', async (t) => {
  const { store, work } = await openTestStore(t);
  const hub = await startTestHub(t);
  const operation = await work((tx) => addFederation(tx, hub));
  const { operationId, fence } = leaseOf(await claim(store, operation.id));
  const merge = (lease: { operationId: string; fence: number }) =>
    store.asSystem((tx) => mergeStatus(tx, lease, operation, { fence: lease.fence }));
  await merge({ operationId, fence });
  await t.rejects(merge({ operationId, fence: fence - 1 }), { code: 'lease-lost' });
  await store.asSystem((tx) => finishOperation(tx, { operationId, fence, outcome: 'succeeded' }));
  await t.rejects(merge({ operationId, fence }), { code: 'lease-lost' }, 'nor after the end');
  t.same((await store.asSystem((tx) => getFederation(tx, operation.resourceId))).status, { fence });
});

test('14: no event follows the last one', async (t) => {
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store);
  const operation = await work(async (tx) => addOperation(tx, await addCluster(tx, 'one')));
  const lease = leaseOf(await claim(store, operation.id));
  const follow = followStepEvents(context, lease, { index: 0, layer: 'network' }, createRedactor());
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  follow.onEvent({ type: 'recovered', adopted: ['vpc'], cleared: [] });
  await follow.flush();
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: operation.id }));
  t.match(events.at(-1), { type: 'state', data: { to: 'succeeded' } });
});

test('13: however much a runner tells, its worker writes with one session, and forgets nothing silently', async (t) => {
  const { store, work } = await openTestStore(t);
  let writing = 0;
  let most = 0;
  const counting: typeof store = {
    ...store,
    async asSystem(run) {
      most = Math.max(most, (writing += 1));
      return store.asSystem(run).finally(() => (writing -= 1));
    },
  };
  const { context } = await createWorkerContext(t, counting);
  const operation = await work(async (tx) => addOperation(tx, await addCluster(tx, 'one')));
  const lease = leaseOf(await claim(store, operation.id));
  const follow = followStepEvents(context, lease, { index: 0, layer: 'network' }, createRedactor());
  for (let done = 1; done <= 300; done += 1) {
    follow.onEvent({ type: 'resource', op: 'create', resource: `r${done}`, kind: 'k', state: 'done', done });
    follow.onEvent({ type: 'diagnostic', severity: 'warning', resource: `r${done}`, message: `told ${done}` });
  }
  await follow.flush();
  t.equal(most, 1);
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: operation.id, limit: 1000 }));
  const told = events.filter(({ type }) => type === 'diagnostic');
  t.same(
    told.map(({ data }) => data['message']),
    told.map((_, index) => `told ${index + 1}`),
    'in their order',
  );
  const dropped = events.find(({ type }) => type === 'dropped')?.data['notes'] ?? 0;
  t.equal(told.length + Number(dropped), 300);
});

test('18: a late run does not make its worker forget the newer claim of the same operation', async (t) => {
  const { store, work } = await openTestStore(t);
  const hub = await startTestHub(t);
  hub.failWith = 0;
  const { context, redis } = await createWorkerContext(t, store);
  const worker = await startWorker(context, { ...redis, redisUrl: redis.url, ...testRoom, sweepSeconds: 0.05 });
  const { id } = await work((tx) => addFederation(tx, hub));
  // Each run asks for two things at once.
  await waitFor('the first run to ask the hub', () => hub.calls.length === 2);
  await store.asSystem(
    ({ sql }) => sql`update operations set lease_until = now() - interval '1 second' where id = ${id}`,
  );
  await sweepOnce(context);
  await waitFor('the second run to ask the hub', () => hub.calls.length === 4);
  const countRunning = () =>
    store.asSystem(async ({ sql }) => (await sql<{ running: number }[]>`select running from workers`)[0]?.running);
  await waitFor('both to be told of', async () => (await countRunning()) === 2);
  hub.dropOldest();
  hub.dropOldest();
  await waitFor('the first run to end', async () => (await countRunning()) === 1);
  const draining = worker.drain(0);
  // Longer than a worker waits for a run that holds nothing.
  const ended = draining.then(
    () => 'ended',
    () => 'left',
  );
  t.equal(await Promise.race([ended, delay(3_500, 'waits')]), 'waits', 'the newer claim is waited for');
  hub.dropCallers();
  t.equal(await ended, 'ended', 'until it is let go of');
  t.match(await store.asSystem((tx) => getOperation(tx, id)), { state: 'queued', leaseOwner: null });
  await worker.close();
});

test("18: a late step removes its own files and not its successor's", async (t) => {
  const root = await createTestDirectory(t);
  const read = (folder: string) => readFile(join(folder, 'hub.yaml'), 'utf8');
  const write = ({ own }: { own: string }, text: string) => writeFile(join(own, 'hub.yaml'), text);
  const early = await takeFolder(root, 'cl_1', { operationId: 'op_1', fence: 2 });
  await write(early, 'early');
  t.equal(await read(early.folder), 'early');
  const later = await takeFolder(root, 'cl_1', { operationId: 'op_1', fence: 10 });
  await write(later, 'later');
  t.equal(later.folder, early.folder, 'at one path, as it is an input of providers');
  await write(early, 'late');
  t.equal(await read(later.folder), 'later');
  await early.remove(false);
  t.equal(await read(later.folder), 'later');
  await t.rejects(takeFolder(root, 'cl_1', { operationId: 'op_1', fence: 9 }), { code: 'lease-lost' });
  t.equal(await read(later.folder), 'later');
  await later.remove(false);
  t.same(await readdir(root), ['cl_1'], 'only a link that leads nowhere stays');
  const next = await takeFolder(root, 'cl_1', { operationId: 'op_2', fence: 1 });
  await write(next, 'next');
  t.equal(await read(next.folder), 'next');
  await next.remove(true);
  t.same(await readdir(root), [], 'a step that ends in order takes the link along');
});

test("18: a sweep keeps the files of a claim that is held, and removes a dead one's", async (t) => {
  const workDir = await createTestDirectory(t);
  const root = join(workDir, 'kubeconfigs');
  await takeFolder(root, 'cl_1', { operationId: 'op_1', fence: 1 });
  await takeFolder(root, 'cl_1', { operationId: 'op_1', fence: 2 });
  const users = join(workDir, 'users');
  await mkdir(users);
  for (const [uid, stepKey] of [
    ['60600', 'op_1.1'],
    ['60601', 'op_1.2'],
    ['60602', ''],
  ] as const)
    await writeFile(join(users, uid), stepKey);
  const held = [{ operationId: 'op_1', fence: 2, resourceId: 'cl_1' }];
  await removeDeadFolders(workDir, await listWorkFolders(workDir), held);
  t.same((await readdir(root)).sort(), ['cl_1', 'cl_1@op_1@2']);
  t.same((await readdir(users)).sort(), ['60601', '60602'], 'numbers of users alike; one is being taken');
  await removeDeadFolders(workDir, await listWorkFolders(workDir), []);
  t.same(await readdir(root), []);
});
