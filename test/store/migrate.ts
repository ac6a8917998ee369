import { randomBytes } from 'node:crypto';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { getRunVariable } from '../helpers/environment.ts';
import { createTestDatabase, withDatabase } from '../helpers/postgres.ts';
import { describeSchema } from './describe-schema.ts';
import { createTestVault } from './fixtures.ts';

const schemaFile = new URL('../../migrations/schema.txt', import.meta.url);
const migrationFolder = new URL('../../migrations/', import.meta.url);
const vault = createTestVault();

/** An empty database, as its owner sees it. */
async function createEmpty(t: Test) {
  const { url: workUrl, migration, ...database } = await createTestDatabase(t, { migrated: false });
  return { ...database, ...migration, workUrl };
}

/** A copy of the migrations that a test may spoil. */
async function copyMigrations(t: Test): Promise<{ path: string; directory: URL }> {
  const path = await createTestDirectory(t);
  for (const file of await readdir(migrationFolder)) {
    if (file.endsWith('.sql')) await copyFile(new URL(file, migrationFolder), join(path, file));
  }
  return { path, directory: pathToFileURL(`${path}/`) };
}

async function query<T>(url: string, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await ask(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Drops a state database and its role at the end; the helper knows only of the main one. */
function dropAfter(t: Test, name: string): void {
  t.teardown(() =>
    query(getRunVariable('FLEETYARD_TEST_DATABASE_URL'), async (sql) => {
      await sql`drop database if exists ${sql(name)} with (force)`;
      await sql`drop role if exists ${sql(name)}`;
    }),
  );
}

test('a fresh database gets the schema that is written down, and a second run changes nothing', async (t) => {
  const { url } = await createEmpty(t);
  const first = await migrate({ url, vault, stateDatabase: null });
  t.equal(first.applied.length, first.version);
  const schema = await describeSchema(url);
  t.equal(
    schema,
    await readFile(schemaFile, 'utf8'),
    'after a change of the schema: node test/store/write-schema.ts <url of an empty database>',
  );
  t.same(await migrate({ url, vault, stateDatabase: null }), { applied: [], version: first.version });
  t.equal(await describeSchema(url), schema);
});

test('twenty runs at once apply each migration once', async (t) => {
  const { url, name } = await createEmpty(t);
  dropAfter(t, `${name}_pulumi`);
  const reports = await Promise.all(
    Array.from({ length: 20 }, () => migrate({ url, vault, stateDatabase: `${name}_pulumi` })),
  );
  t.equal(reports.filter(({ applied }) => applied.length > 0).length, 1);
  t.equal(await describeSchema(url), await readFile(schemaFile, 'utf8'));
});

test('every table that holds tenants forces row security', async (t) => {
  const schema = await readFile(schemaFile, 'utf8');
  const open = schema
    .split('\n')
    .filter((line) => line.startsWith('table ') && !line.endsWith('(row security forced)'));
  t.same(open, ['table schema_migrations']);
});

test('the state database belongs to a login of its own, which stays the same', async (t) => {
  const { url, workUrl, name } = await createEmpty(t);
  const stateDatabase = `${name}_pulumi`;
  dropAfter(t, stateDatabase);
  await migrate({ url, vault, stateDatabase });
  const store = await openStore({ url: workUrl, applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  const stateUrl = await store.getStateUrl();
  await query(stateUrl, async (sql) => {
    t.match(await sql`select current_database() as database, current_user::text as user`, [
      { database: stateDatabase, user: stateDatabase },
    ]);
    await sql`create table if not exists pulumi_state (name text)`;
  });
  await migrate({ url, vault, stateDatabase });
  t.equal(await store.getStateUrl(), stateUrl);
  await t.rejects(
    query(withDatabase(stateUrl, name), (sql) => sql`select 1 from settings`),
    /permission denied/,
    'and sees nothing of ours',
  );
});

test('a migration that fails leaves nothing behind, and the next run goes on', async (t) => {
  const { url } = await createEmpty(t);
  const { path, directory } = await copyMigrations(t);
  const count = (await readdir(path)).length;
  const broken = join(path, `${String(count + 1).padStart(5, '0')}_break-things.sql`);
  await writeFile(broken, 'create table half (id int);\nselect 1 / 0;\n');
  const options = { url, vault, stateDatabase: null, directory };
  await t.rejects(migrate(options), {
    message: new RegExp(`migration ${count + 1} \\(break-things\\) failed: division`),
  });
  t.same(
    await query(url, (sql) => sql`select to_regclass('half') as half, max(version) as at from schema_migrations`),
    [{ half: null, at: count }],
  );
  await writeFile(broken, 'create table half (id int);\n');
  t.same(await migrate(options), { applied: ['break-things'], version: count + 1 });
});

test('a schema that is newer than the program, has gaps, or was applied from other files is refused', async (t) => {
  const { url: workUrl, migration } = await createTestDatabase(t);
  const { url } = migration;
  const options = { url, vault, stateDatabase: null };
  await query(url, (sql) => sql`insert into schema_migrations (version, name, checksum) values (99999, 'x', 'x')`);
  await t.rejects(migrate(options), /lacks migration \d+ but has 99999/);
  await query(
    url,
    (sql) => sql`
    update schema_migrations set version = (select count(*) from schema_migrations) where version = 99999
  `,
  );
  await t.rejects(migrate(options), /newer than this program knows/);
  await t.rejects(openStore({ url: workUrl, applicationName: 'test', vault }), /newer than this program knows/);
  await query(url, (sql) => sql`delete from schema_migrations where name = 'x'`);
  await query(url, (sql) => sql`update schema_migrations set checksum = 'x' where version = 2`);
  await t.rejects(migrate(options), /migration 2 .* was changed after/);
});

test('files with gaps, doubles or odd names are refused before anything runs', async (t) => {
  const { url } = await createEmpty(t);
  const { path, directory } = await copyMigrations(t);
  const options = { url, vault, stateDatabase: null, directory };
  await writeFile(join(path, '00099_jump.sql'), 'select 1;');
  await t.rejects(migrate(options), /00099_jump\.sql should have the number/);
  await writeFile(join(path, '00001_double.sql'), 'select 1;');
  await t.rejects(migrate(options), /should have the number 2/);
  await writeFile(join(path, '00000-odd.sql'), 'select 1;');
  await t.rejects(migrate(options), /is not named/);
  t.equal(await describeSchema(url), '\n');
});

test('a database that was never migrated is not opened', async (t) => {
  const { workUrl } = await createEmpty(t);
  await t.rejects(openStore({ url: workUrl, applicationName: 'test', vault }), {
    code: 'unavailable',
    message: /migrations first/,
  });
});

test('an owner who is no superuser can migrate, and lets in whoever works', async (t) => {
  const serverUrl = getRunVariable('FLEETYARD_TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  // The first migrator of a server makes the roles; here it was another, who hands them on.
  await migrate({ url: (await createEmpty(t)).url, vault, stateDatabase: null });
  await query(serverUrl, async (sql) => {
    await sql.unsafe(`create role ${name} login createdb createrole password '${password}'`);
    await sql.unsafe(`grant fleetyard_app, fleetyard_system to ${name} with admin option`);
    await sql.unsafe(`create database ${name} owner ${name}`);
    await sql.unsafe(`create role ${name}_work login password '${password}'`);
  });
  t.teardown(() =>
    query(serverUrl, async (sql) => {
      for (const database of [`${name}_state`, name])
        await sql.unsafe(`drop database if exists ${database} with (force)`);
      await sql.unsafe(`drop role if exists ${name}_state`);
      for (const role of [`${name}_work`, name]) await sql.unsafe(`drop role if exists ${role}`);
    }),
  );
  const url = new URL(withDatabase(serverUrl, name));
  url.username = name;
  url.password = password;
  const options = { url: url.toString(), vault, stateDatabase: `${name}_state`, runtimeLogins: [`${name}_work`] };
  await migrate(options);
  t.same((await migrate(options)).applied, []);
  await t.rejects(openStore({ url: url.toString(), applicationName: 'test', vault }), /owns the tables/);
  url.username = `${name}_work`;
  const store = await openStore({ url: url.toString(), applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  await query(await store.getStateUrl(), (sql) => sql`create table x (id int)`);
  await store.asSystem(async (tx) => {
    await tx.sql`insert into projects (id, name) values ('pr_1', 'one')`;
  });
  t.same(await store.asProject('pr_1', (tx) => tx.sql`select name from projects`), [{ name: 'one' }]);
  t.same(await store.asProject('pr_2', (tx) => tx.sql`select name from projects`), []);
});
