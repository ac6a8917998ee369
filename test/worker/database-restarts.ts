// PostgreSQL itself is stopped and started again in the middle of an operation: it comes to its end, once and in one attempt.
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { test } from 'tap';
import { listEvents } from '../../services/store/events.ts';
import { prepareLogins } from '../../services/store/logins.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { removePostgresData, startPostgres } from '../../toolchain/postgres.mjs';
import { createTestDirectory } from '../helpers/directory.ts';
import { describeDatabase } from '../helpers/postgres.ts';
import { waitFor } from '../helpers/wait.ts';
import { createTestVault } from '../store/fixtures.ts';
import { createBench, up } from './engine-bench.ts';

/** The first line of what the server writes of itself. */
async function findPostmaster(url: string): Promise<number> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<{ text: string }[]>`select pg_read_file('postmaster.pid') as text`;
  await sql.end();
  return Number(row?.text.split('\n')[0]);
}

/** What `pg_ctl stop -m` sends: sessions are ended and what is there is written, or everything ends where it stands. */
const modes = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

for (const [mode, signal] of Object.entries(modes))
  test(`PostgreSQL is stopped (${mode}) and started again while an operation runs`, async (t) => {
    const directory = await createTestDirectory(t);
    const dataDir = join(directory, 'postgres');
    // What was committed has to be there afterwards, so that this one is as durable as in production.
    const start = () => startPostgres({ dataDir, env: {} });
    let server = await start();
    t.teardown(async () => {
      await server.stop();
      await removePostgresData({ dataDir });
    });
    const { url } = server;
    await prepareLogins(url, 'pulumi_state');
    const database = { ...describeDatabase(url, new URL(url).pathname.slice(1)), adminUrl: url };
    await migrate({ ...database.migration, vault: createTestVault(), stateDatabase: null });
    const bench = await createBench(t, { leaseSeconds: 120 }, { database });
    const { ask, run, context, fake, read, store, vault } = bench;
    // Without the door: a server that is not there refuses by itself.
    context.store = await openStore({ url: database.url, vault, applicationName: 'direct' });
    t.teardown(() => context.store.close(0.1));
    const [seen, go] = [`${fake.binary}.seen`, `${fake.binary}.go`];
    await fake.onCall('up', `touch '${seen}'; while [ ! -f '${go}' ]; do sleep 0.05; done`);
    const id = await ask('create', up);
    const running = run(id).catch((error: unknown) => error);
    await waitFor('the engine to run', () => stat(seen).catch(() => undefined), { timeoutMs: 120_000 });
    if (signal === 'SIGQUIT') process.kill(await findPostmaster(url), signal);
    await server.stop();
    await writeFile(go, '');
    server = await start();
    t.equal(server.url, url, 'on the same port');
    await running;
    t.match(await read(id), { state: 'succeeded', attempt: 1, retries: 0, deaths: 0 });
    const events = await store.asSystem((tx) => listEvents(tx, { operationId: id }));
    t.equal(events.filter(({ data }) => data['to'] === 'succeeded').length, 1);
    t.same(await fake.takeCalls(), ['stack export', 'up'], 'and nothing ran twice');
  });
