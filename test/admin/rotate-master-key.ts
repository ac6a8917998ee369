// Hardening 10: another master key for everything at rest, while the service runs and however often the command dies.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { restoreBackup } from '../../services/backup/restore-backup.ts';
import { writeBackup } from '../../services/backup/write-backup.ts';
import { getCredentialSecret } from '../../services/store/credentials.ts';
import { announceKeys, countByKey } from '../../services/store/master-keys.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { createProject } from '../../services/store/projects.ts';
import { ensureMasterKeys, readMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { waitFor } from '../helpers/wait.ts';
import { addCluster } from '../store/fixtures.ts';

const main = fileURLToPath(new URL('../../services/admin/main.ts', import.meta.url));

/** A service's data under one key, with so many credentials. */
async function openService(t: Test, credentials: number) {
  const directory = await createTestDirectory(t);
  const keyFile = join(directory, 'master.key');
  await ensureMasterKeys(keyFile);
  const { url, migration, adminUrl, environment, name } = await createTestDatabase(t, { migrated: false });
  const stateDatabase = `${name}_state`;
  await migrate({ ...migration, vault: await openVault(keyFile), stateDatabase });
  const open = async () => {
    const vault = await openVault(keyFile);
    const store = await openStore({ url, applicationName: announceKeys('fleetyard-api', vault), vault });
    t.teardown(() => store.close(1));
    return store;
  };
  const env = {
    PATH: process.env['PATH'],
    ...environment,
    FLEETYARD_STATE_DATABASE: stateDatabase,
    FLEETYARD_DATA_DIR: directory,
  };
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [main, 'rotate-master-key', ...args], { env });
  const store = await open();
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  const add = (cluster: string) => store.asProject(projectId, (tx) => addCluster(tx, cluster));
  const first = await add('first');
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 1 }));
  for (let index = 1; index < credentials; index += 1) await add(`more-${index}`);
  const readIds = async () => (await readMasterKeys(keyFile)).map(({ id }) => id);
  return { directory, keyFile, adminUrl, env, run, open, store, sql, projectId, first, readIds };
}

test('hardening 10: the key is changed in order, and nothing that runs fails', async (t) => {
  const service = await openService(t, 3);
  const { run, open, store, projectId, first, readIds } = service;
  const [old = ''] = await readIds();
  t.match((await run('--help')).stdout, /^Usage: npm run rotate-master-key/);
  await t.rejects(run(), { code: 2 });
  t.match((await run('add')).stdout, /was added/);
  const [, added = ''] = await readIds();
  await t.rejects(
    run('run'),
    { code: 1, stderr: new RegExp(`lack key ${added}, .*: fleetyard-api`) },
    'not before all have it',
  );
  t.match((await run('status')).stdout, new RegExp(`current key: ${old}`));
  const rolled = await open();
  await rolled.asProject(projectId, (tx) => addCluster(tx, 'by-the-first-that-was-rolled'));
  t.match(
    await store.asProject(projectId, (tx) => getCredentialSecret(tx, first.credentialId)),
    { token: 'very-secret-token' },
    'meanwhile everybody opens everything',
  );
  t.same([...new Set((await store.asSystem(countByKey)).map(({ keyId }) => keyId))], [old]);
  await store.close(1);
  const { stdout } = await run('run');
  t.match(stdout, new RegExp(`all values are under key ${added}`));
  t.notMatch(stdout, new RegExp(`^${old} `, 'm'), 'and it shows that none is under the old one');
  t.match(stdout, new RegExp(`${added}  4 in credentials.secret_enc`));
  const made = await rolled.asProject(projectId, (tx) => addCluster(tx, 'after'));
  t.same([...new Set((await rolled.asSystem(countByKey)).map(({ keyId }) => keyId))], [added], 'what runs seals by it');
  await t.rejects(run('remove', added), { code: 1, stderr: /the one that seals/ });
  t.match((await run('remove', old)).stdout, /not in .* any more/);
  t.same(await readIds(), [added]);
  const alone = await open();
  for (const { credentialId } of [first, made])
    t.match(await alone.asProject(projectId, (tx) => getCredentialSecret(tx, credentialId)), { token: /secret/ });
});

test('hardening 10: a key that something needs stays', async (t) => {
  const { run, readIds, sql, store } = await openService(t, 1);
  const [old = ''] = await readIds();
  await run('add');
  await store.close(1);
  await t.rejects(run('remove', old), { code: 1, stderr: /the one that seals/ });
  const [, added = ''] = await readIds();
  await sql`insert into master_keys (id) values (${added})`;
  await t.rejects(run('remove', old), { code: 1, stderr: new RegExp(`values are sealed under key ${old}`) });
  await sql`alter table projects add column forgotten_enc bytea`;
  await t.rejects(run('run'), { code: 1, stderr: /not registered: projects.forgotten_enc/ });
});

test('hardening 10: a rotation that is killed goes on where it was', async (t) => {
  const { run, env, readIds, sql, store } = await openService(t, 300);
  await run('add');
  await store.close(1);
  const [old = '', added = ''] = await readIds();
  const count = async (id: string): Promise<number> => {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from credentials where position(${Buffer.from(id)} in secret_enc) = 3
    `;
    return row?.count ?? 0;
  };
  // As slow as a database of years, so that there is a middle.
  await sql.unsafe(`create function wait_a_little() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.01); return new; end $$`);
  await sql`create trigger slow before update on credentials for each row execute function wait_a_little()`;
  const child = spawn(process.execPath, [main, 'rotate-master-key', 'run'], { env, stdio: 'ignore' });
  await waitFor('the rotation to be in the middle', async () => (await count(added)) >= 50);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [done, left] = [await count(added), await count(old)];
  t.ok(done > 0 && left > 0, `${done} wrapped, ${left} left`);
  t.match((await run('run')).stdout, new RegExp(`${added}  300 in credentials.secret_enc[^]*all values are under`));
  t.equal(await count(old), 0);
});

test('hardening 10: a backup and its restore keep to the keys', async (t) => {
  const { run, directory, keyFile, adminUrl, first, projectId, store, readIds } = await openService(t, 2);
  await run('add');
  await store.close(1);
  await run('run');
  const [old = '', added = ''] = await readIds();
  const path = join(directory, 'it.backup');
  const onProgress = (): void => undefined;
  const manifest = await writeBackup({ url: adminUrl, keys: await readMasterKeys(keyFile), path, onProgress });
  t.same(
    manifest.keys.map(({ id }) => id),
    [added],
    'what was rotated needs the new key alone',
  );
  await run('remove', old);
  const { url, adminUrl: target, name } = await createTestDatabase(t, { migrated: false });
  const options = { url: target, stateDatabase: `${name}_state`, path, onProgress };
  await restoreBackup({ ...options, keys: await readMasterKeys(keyFile) });
  const restored = await openStore({ url, applicationName: 'test', vault: await openVault(keyFile) });
  t.teardown(() => restored.close(1));
  t.match(await restored.asProject(projectId, (tx) => getCredentialSecret(tx, first.credentialId)), {
    token: /secret/,
  });
});
