// A worker whose servers are away, at its start or when it is told to stop: it waits or ends within its time, and says which.
import { test, type Test } from 'tap';
import { getOperation } from '../../services/store/operations.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { addFederation } from './fixtures.ts';
import { startBehindDoors } from './worker-process.ts';

/** The same, with an operation that asks a hub which never answers. */
async function startWithOperation(t: Test) {
  const hub = await startTestHub(t);
  hub.failWith = 0;
  const behind = await startBehindDoors(t);
  const { id } = await behind.store.asProject(behind.projectId, (tx) => addFederation(tx, hub));
  await waitFor('the hub to be asked', () => hub.calls.length > 0);
  return { ...behind, id };
}

test('A worker whose servers are there', async (t) => {
  const { stop } = await startBehindDoors(t);
  t.equal(await stop(), 0, 'ends in order');
});

test('A worker without work whose servers refuse it', async (t) => {
  const { doors, stop, output } = await startBehindDoors(t);
  await Promise.all([doors.database.shut(), doors.redis.shut()]);
  // Whether each connection can still be closed in order depends on when it notices.
  t.type(await stop(), 'number', `ends by itself, in time:\n${output()}`);
});

test('A worker with an operation under way whose servers refuse it', async (t) => {
  const { stop, output, doors, id, store } = await startWithOperation(t);
  await Promise.all([doors.database.shut(), doors.redis.shut()]);
  t.equal(await stop(), 1, `ends in time, and not in order:\n${output()}`);
  t.match(output(), `operations are left to their leases: ${id}`, 'says what it left');
  t.equal((await store.asSystem((tx) => getOperation(tx, id))).state, 'running', 'and leaves it to its lease');
});

test('A worker with an operation under way whose servers hang', async (t) => {
  const { stop, output, doors, id, store } = await startWithOperation(t);
  doors.database.block();
  doors.redis.block();
  t.equal(await stop(), 1, `ends in time, and not in order:\n${output()}`);
  t.equal((await store.asSystem((tx) => getOperation(tx, id))).state, 'running', 'and leaves it to its lease');
});

test('A worker that starts before its servers', async (t) => {
  const { doors, stop, output, awaitReady } = await startBehindDoors(t, { shut: true });
  const says = (server: string) => waitFor(`word of ${server}`, () => output().includes(`"server":"${server}"`));
  await says('Redis');
  await doors.redis.reopen();
  await says('PostgreSQL');
  t.notMatch(output(), '"msg":"ready"');
  await doors.database.reopen();
  await awaitReady();
  t.match(output(), /waiting for a server that is away/, 'says what it waits for, and becomes ready');
  t.equal(await stop(), 0);
});

test('A worker whose servers do not come', async (t) => {
  const { ended, output } = await startBehindDoors(t, { shut: true, startSeconds: 0.5 });
  const [code] = await ended;
  t.equal(code, 1, 'gives up when its patience is over');
  t.match(output(), /"msg":"could not start"/);
});
