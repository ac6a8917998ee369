// The servers of one test run: a PostgreSQL with the migrated template and a Redis, in a directory that goes with them.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { prepareLogins } from '../../services/store/logins.ts';
import { migrate } from '../../services/store/migrate.ts';
import { removePostgresData, startPostgres } from '../../toolchain/postgres.mjs';
import { removeRedisData, startRedis } from '../../toolchain/redis.mjs';
import { describeDatabase, TEMPLATE_DATABASE } from '../helpers/postgres.ts';

/** The servers, as test files find them. */
export type TestServers = {
  /** What goes into the environment of each test file. */
  environment: Record<string, string>;
  stop: () => Promise<void>;
};

/** Starts both servers and makes the template that every test database is cloned from. */
export async function startTestServers(): Promise<TestServers> {
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-run-'));
  // PostgreSQL does not run as root: the user that it then runs as must get through here.
  await chmod(directory, 0o711);
  const dataDir = join(directory, 'postgres');
  const outcomes = await Promise.allSettled([
    startPostgres({ dataDir, durable: false }),
    startRedis({ dataDir: join(directory, 'redis'), appendonly: false }),
  ]);
  const stop = async (): Promise<void> => {
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.stop();
    await removePostgresData({ dataDir });
    await removeRedisData({ dataDir: join(directory, 'redis') });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [database, redis] = outcomes;
    if (database.status === 'rejected') throw database.reason;
    if (redis.status === 'rejected') throw redis.reason;
    await makeTemplate(database.value.url);
    return {
      environment: { FLEETYARD_TEST_DATABASE_URL: database.value.url, FLEETYARD_TEST_REDIS_URL: redis.value.url },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeTemplate(url: string): Promise<void> {
  const { migration } = await prepareLogins(url, 'pulumi_state');
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`drop database if exists ${sql(TEMPLATE_DATABASE)} with (force)`;
    await sql`create database ${sql(TEMPLATE_DATABASE)} owner ${sql(new URL(migration).username)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
  // Tests bring their own state database, so nothing is sealed here and no vault is needed.
  const refuse = (): never => {
    throw new Error('the template has nothing to seal');
  };
  await migrate({
    ...describeDatabase(url, TEMPLATE_DATABASE).migration,
    stateDatabase: null,
    vault: { seal: refuse, open: refuse, keyIds: [], sealingBy: refuse, createStackSalt: refuse },
  });
}
