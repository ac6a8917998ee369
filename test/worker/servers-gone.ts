// A worker that is told to stop while its servers are away: it ends within its time, and its exit code says that not all went well.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type Test } from 'tap';
import { getOperation } from '../../services/store/operations.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { createProject } from '../../services/store/projects.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { openDoor } from '../helpers/door.ts';
import { startTestHub } from '../helpers/hub.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { waitFor } from '../helpers/wait.ts';
import { addFederation } from './fixtures.ts';

const main = fileURLToPath(new URL('../../services/worker/main.ts', import.meta.url));
/** One second to end by itself, two of the lease, three each to end processes and for three connections; and a slow machine. */
const graceMs = 40_000;

/** A worker process whose database and Redis are behind doors. */
async function startBehindDoors(t: Test) {
  const directory = await createTestDirectory(t);
  const { url, migration, name } = await createTestDatabase(t, { migrated: false });
  const redis = createTestRedis(t);
  const masterKeyFile = join(directory, 'master.key');
  await ensureMasterKeys(masterKeyFile);
  const vault = await openVault(masterKeyFile);
  await migrate({ ...migration, vault, stateDatabase: `${name}_state` });
  const store = await openStore({ url, applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  const doors = { database: await openDoor(t, url), redis: await openDoor(t, redis.url) };
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: doors.database.url,
      REDIS_URL: doors.redis.url,
      FLEETYARD_QUEUE_PREFIX: redis.prefix,
      FLEETYARD_STATE_DATABASE: `${name}_state`,
      FLEETYARD_DATA_DIR: directory,
      FLEETYARD_LEASE_SECONDS: '2',
      FLEETYARD_SHUTDOWN_SECONDS: '1',
      // No step here runs an engine; the worker only asks whether its program is there.
      FLEETYARD_PULUMI: '/bin/true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = once(child, 'exit');
  await waitFor('the worker to be ready', () => output.includes('"msg":"ready"'));
  const stop = async (): Promise<unknown> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const [code, signal] = await ended;
    clearTimeout(timer);
    return code ?? signal;
  };
  return { doors, store, projectId, stop, output: () => output };
}

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
