// A worker as a process, whose database and Redis are behind doors.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { createProject } from '../../services/store/projects.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { openDoor } from '../helpers/door.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { waitFor } from '../helpers/wait.ts';

const main = fileURLToPath(new URL('../../services/worker/main.ts', import.meta.url));
/** One second to end by itself, two of the lease, three each to end processes and for three connections; and a slow machine. */
const graceMs = 40_000;

/** A worker process whose database and Redis are behind doors. */
export async function startBehindDoors(
  t: Test,
  {
    shut = false,
    startSeconds = 60,
    environment = {},
  }: { shut?: boolean; startSeconds?: number; environment?: Record<string, string> } = {},
) {
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
  if (shut) await Promise.all([doors.database.shut(), doors.redis.shut()]);
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
      FLEETYARD_START_SECONDS: String(startSeconds),
      // No step here runs an engine; the worker only asks whether its program is there.
      FLEETYARD_PULUMI: '/bin/true',
      // Hubs of tests answer on loopback; engines of tests write where the test reads.
      FLEETYARD_PRIVATE_NETWORKS: '127.0.0.0/8',
      FLEETYARD_RUNNER_UIDS: 'off',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = once(child, 'exit');
  const awaitReady = () =>
    waitFor('the worker to be ready', () => output.includes('"msg":"ready"'), { timeoutMs: 120_000 });
  if (!shut) await awaitReady();
  const stop = async (): Promise<unknown> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const [code, signal] = await ended;
    clearTimeout(timer);
    return code ?? signal;
  };
  return { child, doors, store, projectId, stop, ended, awaitReady, output: () => output };
}
