// `npm run doctor`: each fault is made for real, and named with its mend; what is well is not complained of.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import type { Finding, Subject } from '../../services/doctor/finding.ts';
import { addAuditEvents, blankAuditEvent } from '../../services/store/audit-events.ts';
import { linkAuditEvents } from '../../services/store/audit-links.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore, type Store } from '../../services/store/open-store.ts';
import { createProject } from '../../services/store/projects.ts';
import { reportWorker } from '../../services/store/workers.ts';
import { readMigrations } from '../../services/store/schema-version.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { removeRedisData, startRedis } from '../../toolchain/redis.mjs';
import { createTestDirectory } from '../helpers/directory.ts';
import { createFakePulumi } from '../helpers/fake-pulumi.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { addCluster, addOperation, claim, createTestVault } from '../store/fixtures.ts';

const main = fileURLToPath(new URL('../../services/doctor/main.ts', import.meta.url));

type Report = { code: number; well: boolean; findings: Finding[]; text: string };

async function run(environment: Record<string, string>, ...args: string[]): Promise<Report> {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) =>
    execFile(process.execPath, [main, '--json', ...args], { env }, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout: out }),
    ),
  );
  return { code, text: stdout, ...(JSON.parse(stdout) as { well: boolean; findings: Finding[] }) };
}

/** What is told of a subject, as one text. */
function tell({ findings }: Report, subject: Subject, standing: Finding['standing'] = 'mend'): string {
  return findings
    .filter((finding) => finding.subject === subject && finding.standing === standing)
    .map(({ says, mend }) => `${says} → ${mend ?? ''}`)
    .join('\n');
}

type Installation = { environment: Record<string, string>; database: TestDatabase; store: Store; keyFile: string };

/** An installation with nothing wrong. */
async function install(t: Test): Promise<Installation> {
  const database = await createTestDatabase(t, { state: true });
  const directory = await createTestDirectory(t);
  const redis = createTestRedis(t);
  const keyFile = join(directory, 'master.key');
  await ensureMasterKeys(keyFile);
  const store = await openStore({ url: database.url, applicationName: 'test', vault: await openVault(keyFile) });
  t.teardown(() => store.close(1));
  await store.asSystem((tx) => reportWorker(tx, { owner: 'w1', slots: 4, running: 1, memoryMb: 900, reservedMb: 100 }));
  const environment = {
    ...database.environment,
    REDIS_URL: redis.url,
    FLEETYARD_QUEUE_PREFIX: redis.prefix,
    FLEETYARD_DATA_DIR: directory,
    FLEETYARD_STATE_DATABASE: new URL(database.stateUrl).pathname.slice(1),
    FLEETYARD_PULUMI: (await createFakePulumi(t)).binary,
  };
  const admin = postgres(database.adminUrl, { max: 1 });
  // As the migrator leaves it.
  const name = environment.FLEETYARD_STATE_DATABASE;
  await admin.unsafe(
    `create role ${name} nologin; alter database ${name} owner to ${name}; grant ${name} to fleetyard_worker`,
  );
  t.teardown(async () => {
    await admin.unsafe(`drop owned by ${name} cascade`).catch(() => undefined);
    await admin.unsafe(`alter database ${name} owner to current_user`).catch(() => undefined);
    await admin.unsafe(`drop role ${name}`);
    await admin.end();
  });
  return { environment, database, store, keyFile };
}

test('an installation that is well, and how the command is asked', async (t) => {
  const { environment, database } = await install(t);
  const report = await run(environment);
  t.match(report, { code: 0, well: true }, 'nothing is to be mended');
  t.same(
    report.findings.filter(({ standing }) => standing === 'mend' || standing === 'unseen'),
    [],
  );
  for (const subject of ['postgresql', 'redis', 'schema', 'logins', 'keys', 'pulumi', 'clocks', 'workers', 'audit'])
    t.ok(tell(report, subject as Subject, 'well'), subject);
  t.notOk(report.text.includes(new URL(database.url).password), 'and no password is told');
  t.notOk(
    (await run(environment, '--as', 'api')).findings.some(({ subject }) => subject === 'pulumi'),
    "leaves out of an API's host what it does not need",
  );
  for (const args of [['--none'], ['--as', 'queen'], ['more']]) {
    const env = { PATH: process.env['PATH'] ?? '' };
    const asked = new Promise((resolve) =>
      execFile(process.execPath, [main, ...args], { env }, (error, _out, err) => resolve([error?.code, err])),
    );
    t.match(await asked, [2, /^Usage: npm run doctor/], args.join(' '));
  }
});

test('what is configured wrongly is named, each variable', async (t) => {
  const report = await run({
    DATABASE_URL: 'mysql://u:hunter2secret@db/x',
    FLEETYARD_PORT: 'many',
    FLEETYARD_LEASE_SECONDS: '0',
    FLEETYARD_CONCURENCY: '3',
  });
  t.equal(report.code, 1);
  t.match(
    tell(report, 'configuration', 'advice'),
    'nobody reads FLEETYARD_CONCURENCY → is FLEETYARD_CONCURRENCY meant?',
  );
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'FLEETYARD_PORT', 'FLEETYARD_LEASE_SECONDS'])
    t.match(tell(report, 'configuration'), new RegExp(`^${name} .* → .*docs/configuration.md`, 'm'));
  t.match(tell(report, 'keys'), /master\.key is missing → .*npm run secrets/);
  t.notOk(report.text.includes('hunter2secret'));
});

test('a clock that is off', async (t) => {
  const { environment } = await install(t);
  const file = join(await createTestDirectory(t), 'clock');
  await writeFile(file, '-60000');
  const preload = fileURLToPath(new URL('../hosts/shift-clock.ts', import.meta.url));
  const report = await run({ ...environment, NODE_OPTIONS: `--import ${preload}`, TEST_CLOCK_FILE: file });
  for (const name of ['PostgreSQL', 'Redis'])
    t.match(tell(report, 'clocks'), new RegExp(`clock of ${name} is (59|60|61) s ahead of this host's → .*NTP`));
});

test('servers that were stopped, hang, or refuse', async (t) => {
  const { environment } = await install(t);
  const dataDir = await createTestDirectory(t);
  const own = await startRedis({ dataDir, appendonly: false, env: { PATH: process.env['PATH'] } });
  t.teardown(() => removeRedisData({ dataDir }));
  const redis = new Redis(own.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  redis.disconnect();
  t.match(tell(await run({ ...environment, REDIS_URL: own.url }), 'redis'), /allkeys-lru → .*noeviction/);
  const wrong = Object.assign(new URL(own.url), { password: 'wrong-password' }).href;
  t.match(tell(await run({ ...environment, REDIS_URL: wrong }), 'redis'), /refuses user or password → /);
  await own.stop();
  const report = await run({ ...environment, REDIS_URL: own.url });
  t.match(tell(report, 'redis'), /nothing listens.* → start it/);
  t.equal(tell(report, 'postgresql'), '', 'the other one is well');

  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const began = performance.now();
  const hanging = await run({
    ...environment,
    DATABASE_URL: `postgres://fleetyard:some-password@127.0.0.1:${port}/fleetyard`,
    REDIS_URL: `redis://127.0.0.1:${port}`,
    FLEETYARD_SIMULATOR_URL: `http://127.0.0.1:${port}`,
  });
  t.ok(performance.now() - began < 25_000, 'ends although nothing answers');
  t.match(tell(hanging, 'postgresql'), /does not answer|no answer/);
  t.match(tell(hanging, 'redis'), /does not answer|no answer/);
  t.equal(tell(hanging, 'workers', 'unseen'), 'needs the database with its schema → ');
  const refused = Object.assign(new URL(environment['DATABASE_URL'] ?? ''), { password: 'nonsense-password' }).href;
  t.match(tell(await run({ ...environment, DATABASE_URL: refused }), 'postgresql'), /refuses user or password → /);
});

test('a schema behind, and one of a newer release', async (t) => {
  const database = await createTestDatabase(t, { migrated: false });
  const redis = createTestRedis(t);
  const { length } = await readMigrations();
  const options = { ...database.migration, vault: createTestVault(), stateDatabase: null };
  const directory = await createTestDirectory(t);
  const environment = { ...database.environment, REDIS_URL: redis.url, FLEETYARD_DATA_DIR: directory };
  await migrate({ ...options, version: length - 1 });
  const behind = await run(environment);
  t.match(tell(behind, 'schema'), `the schema has ${length - 1} of ${length} migrations → npm run migrate`);
  await migrate(options);
  t.equal(tell(await run(environment), 'schema'), '');
  const admin = postgres(database.adminUrl, { max: 1 });
  await admin`insert into schema_migrations (version, name, checksum) values (${length + 1}, 'later', 'x')`;
  await admin.end();
  t.match(tell(await run(environment), 'schema'), /it is newer → run the release that migrated it/);
});

test('logins that may too much or too little', async (t) => {
  const { environment, database } = await install(t);
  const asSuperuser = await run({ ...environment, DATABASE_URL: database.adminUrl });
  t.match(tell(asSuperuser, 'logins'), /the user postgres of DATABASE_URL is a superuser.* → .*login of its own/);
  const admin = postgres(database.adminUrl, { max: 1 });
  const login = `${database.name}_login`;
  await admin.unsafe(`create role ${login} login`);
  t.teardown(async () => {
    await admin.unsafe(`drop role ${login}`);
    await admin.end();
  });
  const named = await run({ ...environment, FLEETYARD_RUNTIME_LOGINS: `fleetyard_worker,${login},${login}_none` });
  t.match(
    tell(named, 'logins'),
    new RegExp(`${login} of .* is no member of fleetyard_system and fleetyard_app → npm run migrate`),
  );
  t.match(tell(named, 'logins'), new RegExp(`does not know the user ${login}_none .* → make the login`));
  const migrationUrl = environment['DATABASE_URL'] ?? '';
  t.match(
    tell(await run({ ...environment, FLEETYARD_MIGRATION_URL: migrationUrl }), 'logins'),
    /fleetyard_worker of FLEETYARD_MIGRATION_URL does not own the tables; fleetyard_owner does → /,
  );
});

test('keys that are missing, or are others', async (t) => {
  const { environment, store, keyFile } = await install(t);
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  await store.asProject(projectId, (tx) => addCluster(tx, 'c1'));
  const [{ id = '' } = {}] = await ensureMasterKeys(keyFile);
  const other = async (name: string): Promise<Report> => {
    await writeFile(`${keyFile}.other`, `${name} ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    return run({ ...environment, FLEETYARD_MASTER_KEY_FILE: `${keyFile}.other` });
  };
  t.match(
    tell(await other('aaaaaaaa'), 'keys'),
    new RegExp(`lacks key ${id}, which seals credentials.secret_enc → bring back`),
  );
  t.match(
    tell(await other(id), 'keys'),
    new RegExp(`credentials.secret_enc does not open with key ${id} .* → bring back`),
  );
  await writeFile(`${keyFile}.open`, 'x', { mode: 0o644 });
  const open = await run({ ...environment, FLEETYARD_MASTER_KEY_FILE: `${keyFile}.open` });
  t.match(tell(open, 'keys'), /may be read by others.* → chmod 600/);
  t.match(
    tell(await run(environment), 'simulator'),
    /1 credentials are simulated, and FLEETYARD_SIMULATOR_URL is not set/,
  );
  const nowhere = await run({ ...environment, FLEETYARD_SIMULATOR_URL: 'http://127.0.0.1:1' });
  t.match(tell(nowhere, 'simulator'), /do not answer at http:\/\/127\.0\.0\.1:1.* → start them/);
  const lacking = await run({ ...environment, FLEETYARD_PULUMI: `${keyFile}.none` });
  t.match(tell(lacking, 'pulumi'), /not a Pulumi CLI that runs.* → /);
  const full = await run({ ...environment, FLEETYARD_WORK_DIR: '/proc/fleetyard' });
  t.match(tell(full, 'disk'), /\/proc.* → (make room|give)/);
});

test('workers that fell silent, operations that stand still, events that nobody links', async (t) => {
  const { environment, database, store } = await install(t);
  const admin = postgres(database.adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => admin.end());
  await admin`update workers set seen_at = now() - interval '10 minutes'`;
  t.match(
    tell(await run(environment), 'workers'),
    /no worker lives; last seen: w1 \(10 min ago\) → npm run start:worker/,
  );
  await store.asSystem((tx) => reportWorker(tx, { owner: 'w2', slots: 4, running: 0, memoryMb: 900, reservedMb: 0 }));
  t.match(tell(await run(environment), 'workers', 'advice'), /w1 \(10 min ago\)/);

  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'first' }));
  const add = async (name: string): Promise<string> =>
    (await store.asProject(projectId, async (tx) => addOperation(tx, await addCluster(tx, name)))).id;
  const waiting = await add('c1');
  await admin`update operations set created_at = now() - interval '20 minutes'`;
  t.match(
    tell(await run(environment), 'operations'),
    `1 wait although nothing runs in their project, the oldest ${waiting} of first for 20 min; its entry in the queue is missing → start a worker`,
  );
  const [late, silent] = [await add('c2'), await add('c3')];
  for (const id of [late, silent]) await claim(store, id);
  await admin`update operations set lease_until = now() - interval '5 minutes' where id = ${late}`;
  await admin`update operations set state = 'needs_attention' where id = ${waiting}`;
  await admin`update events set at = now() - interval '5 hours' where operation_id = ${silent}`;
  await admin`update operations set lease_until = now() + interval '5 minutes' where id = ${silent}`;
  const told = tell(await run(environment), 'operations');
  t.match(told, `1 hold a lease that is over, the oldest ${late} → start a worker`);
  t.match(told, `1 run without a word, the oldest ${silent} for 5 h → POST /v1/operations/${silent}/cancel`);
  t.match(told, `1 need a person, the oldest ${waiting} of first → GET /v1/operations/${waiting}`);

  const event = { ...blankAuditEvent, kind: 'change', projectId } as const;
  await store.asProject(projectId, (tx) => addAuditEvents(tx, [event, event, event]));
  await store.asSystem((tx) => linkAuditEvents(tx));
  t.match(tell(await run(environment), 'audit', 'well'), /the ends of 2 of 2 chains hold/);
  await admin.unsafe(`set session_replication_role = replica; update audit_events set status = 403`);
  t.match(
    tell(await run(environment), 'audit'),
    new RegExp(`the chain ${projectId} is broken at 1: altered → npm run audit -- verify --project ${projectId}`),
  );
  await store.asProject(projectId, (tx) => addAuditEvents(tx, [event]));
  await admin`update audit_events set at = now() - interval '1 hour'`;
  t.match(
    tell(await run(environment), 'audit'),
    /1 audit events wait for their link, the oldest for 60 min → start a worker/,
  );
});
