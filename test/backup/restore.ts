// A backup comes back whole into an empty server, and into nothing else.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { restoreBackup } from '../../services/backup/restore-backup.ts';
import { writeBackup } from '../../services/backup/write-backup.ts';
import { addAuditEvents, blankAuditEvent } from '../../services/store/audit-events.ts';
import { linkAuditEvents } from '../../services/store/audit-links.ts';
import { checkChain } from '../../services/store/check-audit-trail.ts';
import { getCredentialSecret } from '../../services/store/credentials.ts';
import { listEvents } from '../../services/store/events.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { getOperation } from '../../services/store/operations.ts';
import { createProject } from '../../services/store/projects.ts';
import { openAuditReader } from '../../services/store/read-audit-trail.ts';
import { getStackHealth } from '../../services/store/stack-health.ts';
import { findSnapshot, getOrCreateStack, saveSnapshot } from '../../services/store/stacks.ts';
import { ensureMasterKeys, readMasterKeys } from '../../services/vault/master-keys.ts';
import { createVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase, withDatabase } from '../helpers/postgres.ts';
import { addCluster, addOperation, claim, leaseOf } from '../store/fixtures.ts';

const quiet = { onProgress: () => undefined };
/** Rows that a restore puts right on purpose. */
const touched = ['operations', 'events', 'stacks', 'settings', 'schema_migrations'];

/** A service's data with an operation that runs, and its backup's place. */
async function openSource(t: Test) {
  const directory = await createTestDirectory(t);
  const masterKeyFile = join(directory, 'master.key');
  const keys = await ensureMasterKeys(masterKeyFile);
  const vault = createVault(keys);
  const { url: workUrl, migration, adminUrl: url, name } = await createTestDatabase(t, { migrated: false });
  await migrate({ ...migration, vault, stateDatabase: `${name}_state` });
  const store = await openStore({ url: workUrl, applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  const { cluster, operation } = await store.asProject(projectId, async (tx) => {
    const cluster = await addCluster(tx, 'one');
    await addCluster(tx, 'two');
    await tx.sql`insert into address_spaces (id, project_id, name, pools) values ('as_1', ${projectId}, 'default', '{}')`;
    // Restored before its cluster, which it refers to only at the end of a transaction.
    await tx.sql`
      insert into ranges (id, project_id, address_space_id, cluster_id, role, range)
      values ('rg_1', ${projectId}, 'as_1', ${cluster.id}, 'nodes', '10.0.0.0/20')
    `;
    return { cluster, operation: await addOperation(tx, cluster) };
  });
  const lease = leaseOf(await claim(store, operation.id));
  const stackId = await store.asSystem(async (tx) => {
    const wanted = { clusterId: cluster.id, layer: 'network', home: 'simulated', name: 'one-network' } as const;
    const { id } = await getOrCreateStack(tx, wanted);
    await saveSnapshot(tx, lease, { stackId: id, deployment: { big: randomBytes(400_000).toString('hex') } });
    return id;
  });
  // Two events that are linked, and one that waits for it.
  for (const count of [1, 2, 3]) {
    const told = { ...blankAuditEvent, kind: 'change', projectId, count } as const;
    await store.asProject(projectId, (tx) => addAuditEvents(tx, [told]));
    if (count === 2) await store.asSystem((tx) => linkAuditEvents(tx));
  }
  const stateUrl = withDatabase(url, `${name}_state`);
  await fillState(stateUrl, `${name}_state`);
  return {
    directory,
    masterKeyFile,
    keys,
    vault,
    url,
    stateUrl,
    store,
    projectId,
    cluster,
    operation,
    stackId,
    path: join(directory, 'it.backup'),
  };
}

async function fillState(url: string, owner: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql`create schema pr_1 authorization ${sql(owner)}`;
  for (const schema of ['public', 'pr_1']) {
    const table = sql`${sql(schema)}.pulumi_state`;
    await sql`
      create table ${table} (key text primary key, data json not null, updated_at timestamptz not null default now())
    `;
    await sql`create index on ${table} (key text_pattern_ops)`;
    await sql`alter table ${table} owner to ${sql(owner)}`;
    await sql`insert into ${table} (key, data) select '.pulumi/stacks/' || n, '{"data": "x"}' from generate_series(1, 500) n`;
  }
  await sql.end();
}

/** An empty database, and the name of a state database beside it. */
async function openEmpty(t: Test) {
  const { url: workUrl, adminUrl: url, name } = await createTestDatabase(t, { migrated: false });
  return { url, workUrl, stateDatabase: `${name}_state`, stateUrl: withDatabase(url, `${name}_state`) };
}

/** Every row of every table, as text. */
async function readAll(t: Test, url: string): Promise<Record<string, string[]>> {
  const sql = postgres(url, { max: 1 });
  const tables = await sql<{ schema: string; name: string }[]>`
    select schemaname::text as schema, tablename::text as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2
  `;
  const rows: Record<string, string[]> = {};
  for (const { schema, name } of tables) {
    if (touched.includes(name)) continue;
    const found = await sql<{ row: string }[]>`select r::text as row from ${sql(schema)}.${sql(name)} r order by 1`;
    rows[`${schema}.${name}`] = found.map(({ row }) => row);
  }
  await sql.end();
  return rows;
}

async function checkTrail(url: string, chain: string) {
  const reader = await openAuditReader(url);
  return checkChain(reader, chain).finally(() => reader.close());
}

test('hardening 14: the audit trail', async (t) => {
  const source = await openSource(t);
  await writeBackup({ ...source, ...quiet });
  const { url, workUrl, stateDatabase } = await openEmpty(t);
  await restoreBackup({ ...source, url, stateDatabase, ...quiet });
  const before = await checkTrail(source.url, source.projectId);
  t.match(before, { links: 2, waiting: 1, fault: undefined });
  t.same(await checkTrail(url, source.projectId), before, 'comes back with its chain, and with what waits for a link');
  const store = await openStore({ url: workUrl, applicationName: 'test', vault: source.vault });
  t.teardown(() => store.close(1));
  await store.asSystem((tx) => linkAuditEvents(tx));
  t.match(await checkTrail(url, source.projectId), { links: 3, waiting: 0, fault: undefined }, 'and goes on');
});

test('A backup', async (t) => {
  const source = await openSource(t);
  await writeBackup({ ...source, ...quiet });
  t.equal((await stat(source.path)).mode & 0o777, 0o600, 'is for its owner only');
  t.same((await readdir(source.directory)).sort(), ['it.backup', 'master.key'], 'leaves nothing beside it');
  t.notMatch(await readFile(source.path, 'latin1'), 'very-secret-token', 'holds no secret in the clear');
  await t.rejects(writeBackup({ ...source, ...quiet }), /exists: a backup never replaces a file/);
  await t.rejects(writeBackup({ ...source, ...quiet, path: source.masterKeyFile }), /exists/);

  const target = await openEmpty(t);
  const { restored } = await restoreBackup({ ...target, ...quiet, keys: source.keys, path: source.path });
  t.same(await readAll(t, target.url), await readAll(t, source.url), 'comes back row by row');
  t.same(await readAll(t, target.stateUrl), await readAll(t, source.stateUrl), "with Pulumi's state");
  t.same(restored, { stacksUnsettled: 1, operationsInterrupted: 1 }, 'what stands or runs is looked at first');
  const { vault, operation, stackId, cluster } = source;
  const store = await openStore({ url: target.workUrl, applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  t.match(
    await store.asSystem((tx) => getOperation(tx, operation.id)),
    { state: 'interrupted', fence: 2, attempt: 2, deaths: 0, leaseOwner: null, leaseUntil: null },
    'what ran is looked at first, and nobody died of it',
  );
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: operation.id }));
  t.match(events.at(-1), { type: 'state', data: { from: 'running', to: 'interrupted' } });
  t.same(
    await store.asSystem((tx) => findSnapshot(tx, stackId)),
    await source.store.asSystem((tx) => findSnapshot(tx, stackId)),
    'and sealed values open',
  );
  t.match(await store.asSystem((tx) => getCredentialSecret(tx, cluster.credentialId)), { token: 'very-secret-token' });
  const state = postgres(await store.getStateUrl(), { max: 1 });
  t.equal((await state`select 1 from public.pulumi_state`).length, 500, 'the engine can log in to its state');
  await state.end();
  await t.rejects(
    restoreBackup({ ...target, ...quiet, keys: source.keys, path: source.path }),
    /is not empty: .* has rows/,
    'and is not restored twice',
  );
});

/** The schema before stacks had a mark, operations a place in line, and deaths were counted. */
const olderSchema = 6;

async function openOlderSource(t: Test) {
  const directory = await createTestDirectory(t);
  const keys = await ensureMasterKeys(join(directory, 'master.key'));
  const vault = createVault(keys);
  const { adminUrl: url, name } = await createTestDatabase(t, { migrated: false });
  await migrate({ url, vault, stateDatabase: `${name}_state`, version: olderSchema });
  const sql = postgres(url, { max: 1 });
  const seal = (context: string) => vault.seal('{}', context);
  await sql`insert into projects (id, name) values ('pr_1', 'first')`;
  await sql`
    insert into credentials (id, project_id, name, provider, simulated, secret_enc)
    values ('cr_1', 'pr_1', 'aws', 'aws', true, ${seal('credentials/cr_1/secret')})
  `;
  for (const index of [1, 2, 3]) {
    await sql`
      insert into clusters (id, project_id, name, provider, simulated, credential_id, spec)
      values (${`cl_${index}`}, 'pr_1', ${`c${index}`}, 'eks', true, 'cr_1', '{}')
    `;
    await sql`
      insert into operations (id, project_id, resource_kind, resource_id, kind, state, generation, input, fence, lease_owner, lease_until)
      values (${`op_${index}`}, 'pr_1', 'cluster', ${`cl_${index}`}, 'create', 'running', 1, '{}', 1, 'me', now() + interval '1 hour')
    `;
  }
  await sql`
    insert into stacks (id, project_id, cluster_id, layer, name, home, passphrase_enc, salt)
    values ('st_1', 'pr_1', 'cl_1', 'network', 'cl_1-network', 'simulated', ${seal('stacks/st_1/passphrase')}, 'v1:x')
  `;
  await sql.end();
  return { keys, vault, url, path: join(directory, 'it.backup') };
}

test('A backup of an older schema', async (t) => {
  const source = await openOlderSource(t);
  await writeBackup({ ...source, ...quiet });
  const target = await openEmpty(t);
  const { restored, manifest } = await restoreBackup({ ...target, ...quiet, keys: source.keys, path: source.path });
  t.equal(manifest.migrations.length, olderSchema);
  t.same(restored, { stacksUnsettled: 1, operationsInterrupted: 3 }, 'is looked at as one of this schema is');
  const store = await openStore({ url: target.workUrl, applicationName: 'test', vault: source.vault });
  t.teardown(() => store.close(1));
  for (const index of [1, 2, 3]) {
    const operation = await store.asSystem((tx) => getOperation(tx, `op_${index}`));
    t.match(operation, { state: 'interrupted', fence: 2, attempt: 2, deaths: 0, position: 1, retriesByClass: {} });
  }
  t.match(await store.asSystem((tx) => getStackHealth(tx, 'st_1')), { unsettled: { operationId: null, since: Date } });
});

test('A backup that does not fit', async (t) => {
  const source = await openSource(t);
  await writeBackup({ ...source, ...quiet });
  const whole = await readFile(source.path);
  const target = await openEmpty(t);
  const restore = (path: string, keys = source.keys) => restoreBackup({ ...target, ...quiet, keys, path });
  for (const at of [0, 30, Math.floor(whole.length / 2), whole.length - 40, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    await writeFile(join(source.directory, 'changed'), changed);
    await t.rejects(restore(join(source.directory, 'changed')), /damaged|not a backup/, `with byte ${at} changed`);
  }
  await writeFile(join(source.directory, 'short'), whole.subarray(0, whole.length - 37));
  await t.rejects(restore(join(source.directory, 'short')), /it ends too early/);
  await writeFile(join(source.directory, 'long'), Buffer.concat([whole, Buffer.from([9, 0, 0, 0, 0])]));
  await t.rejects(restore(join(source.directory, 'long')), /something follows/);
  const other = await ensureMasterKeys(join(source.directory, 'other.key'));
  await t.rejects(restore(source.path, other), /needs master key .*, which is not in the key file/);
  const [first] = source.keys;
  await t.rejects(
    restore(source.path, [{ id: first?.id ?? '', key: randomBytes(32) }]),
    /is not the one of the backup/,
    'another key under the same id',
  );
  const sql = postgres(source.url, { max: 1 });
  await sql`insert into schema_migrations (version, name, checksum) select max(version) + 1, 'future', 'x' from schema_migrations`;
  await sql.end();
  const newer = join(source.directory, 'newer');
  await writeBackup({ ...source, ...quiet, path: newer });
  await t.rejects(restore(newer), /newer than this program knows/);
  const untouched = postgres(target.url, { max: 1 });
  t.same(
    await untouched`select 1 from pg_tables where schemaname = 'public'`,
    [],
    'nothing of any of these was written',
  );
  await untouched.end();
  await restore(source.path);
});

test('The commands', async (t) => {
  const source = await openSource(t);
  const target = await openEmpty(t);
  const main = fileURLToPath(new URL('../../services/backup/main.ts', import.meta.url));
  const run = (args: string[], url: string, stateDatabase = '') =>
    promisify(execFile)(process.execPath, [main, ...args], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: url,
        FLEETYARD_MASTER_KEY_FILE: source.masterKeyFile,
        ...(stateDatabase === '' ? {} : { FLEETYARD_STATE_DATABASE: stateDatabase }),
      },
    });
  t.match((await run(['backup', '--help'], source.url)).stdout, /^Usage: npm run backup/);
  await t.rejects(run(['backup'], source.url), { code: 2 });
  t.match((await run(['backup', source.path], source.url)).stdout, /^backed up \d+ rows of \d+ tables into/);
  const { stdout } = await run(['restore', source.path], target.url, target.stateDatabase);
  t.match(stdout, /^restored \d+ rows .*\n\d+ stacks are marked as unsettled, 1 operations interrupted/);
  await t.rejects(run(['restore', source.path], target.url, target.stateDatabase), { code: 1, stderr: /is not empty/ });
  t.ok((await readMasterKeys(source.masterKeyFile)).length);
});
