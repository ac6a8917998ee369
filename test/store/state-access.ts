import postgres from 'postgres';
import { test, type Test } from 'tap';
import { migrate } from '../../services/store/migrate.ts';
import { openStateAccess, type StateHolder } from '../../services/store/state-access.ts';
import { getOrCreateStack } from '../../services/store/stacks.ts';
import { openDoor } from '../helpers/door.ts';
import { getRunVariable } from '../helpers/environment.ts';
import { withDatabase } from '../helpers/postgres.ts';
import { waitFor } from '../helpers/wait.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

const tableSql = `create table if not exists pulumi_state
  (key text primary key, data json not null, updated_at timestamptz not null default now());
  create index if not exists pulumi_state_idx on pulumi_state (key)`;

/** Does with a login what the CLI does at every start. */
async function openTable(url: string): Promise<void> {
  const sql = connect(url);
  await sql.unsafe(tableSql).simple();
  await sql.end();
}

/** Connects as the CLI's driver does, which takes the parameters of the URL as the session's. */
function connect(url: string): postgres.Sql {
  const plain = new URL(url);
  const connection = Object.fromEntries(plain.searchParams);
  plain.search = '';
  return postgres(plain.href, { max: 1, onnotice: () => undefined, connection });
}

async function prepare(t: Test) {
  const fixture = await openTestStore(t);
  const { store, url, migration, vault, work, projectId } = fixture;
  const stateDatabase = `${new URL(url).pathname.slice(1)}_state`;
  await migrate({ ...migration, vault, stateDatabase });
  const access = await openStateAccess({ url, store });
  const admin = postgres(getRunVariable('FLEETYARD_TEST_DATABASE_URL'), { max: 1, onnotice: () => undefined });
  t.teardown(async () => {
    await admin`drop database if exists ${admin(stateDatabase)} with (force)`;
    await admin.end();
  });
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const operation = await work((tx) => addOperation(tx, cluster));
  const stackName = `${cluster.id}-network`;
  const { id: stackId } = await store.asSystem((tx) =>
    getOrCreateStack(tx, { clusterId: cluster.id, layer: 'network', home: 'simulated', name: stackName }),
  );
  const hold = async (): Promise<StateHolder> => {
    const lease = leaseOf(await claim(store, operation.id));
    return { lease, projectId, stackId, stackName };
  };
  const interrupt = () =>
    store.asSystem((tx) => tx.sql`update operations set state = 'interrupted', lease_owner = null, lease_until = null`);
  const listLogins = async () =>
    (
      await admin<{ name: string }[]>`
      select rolname as name from pg_roles where rolcanlogin and rolname like ${`${stateDatabase}\\_l%`}
    `
    ).map(({ name }) => name);
  return { ...fixture, access, admin, stateDatabase, stackId, stackName, hold, interrupt, listLogins };
}

test('finding 6: a takeover revokes the login of the lease before it and ends its connections', async (t) => {
  const { access, hold, interrupt, listLogins } = await prepare(t);
  const first = await access.open(await hold(), openTable);
  const old = connect(first.url);
  t.teardown(() => old.end({ timeout: 0 }));
  await old`insert into pulumi_state (key, data) values ('a', '{}')`;
  await interrupt();
  const second = await access.open(await hold(), openTable);
  t.equal((await listLogins()).length, 1);
  await t.rejects(old`insert into pulumi_state (key, data) values ('b', '{}')`, 'the late engine writes nothing');
  await t.rejects(openTable(first.url), 'and does not come back');
  const next = connect(second.url);
  t.same(
    (await next`select key from pulumi_state`).map((row) => row['key'] as string),
    ['a'],
    'the state is the same',
  );
  await next.end();
  await openTable(second.url);
  await first.close();
  t.equal((await listLogins()).length, 1, 'a late close takes nothing from its successor');
  await second.close();
  t.same(await listLogins(), []);
});

test('finding 6: a late worker gets no login', async (t) => {
  const { access, hold, interrupt, listLogins } = await prepare(t);
  const late = await hold();
  await interrupt();
  await hold();
  await t.rejects(access.open(late, openTable), { code: 'lease-lost' });
  t.same(await listLogins(), []);
});

test('finding 6: the login of a dead lease is swept, one that is held stays', async (t) => {
  const { access, hold, interrupt, listLogins } = await prepare(t);
  await access.open(await hold(), openTable);
  t.same(await access.sweep(), []);
  await interrupt();
  t.equal((await access.sweep()).length, 1);
  t.same(await listLogins(), []);
  t.same(await access.sweep(), []);
});

test('what a login makes belongs to the role of its project, which nobody can log in as or read from outside', async (t) => {
  const { access, hold, url, stateDatabase, projectId, admin, otherProjectId } = await prepare(t);
  const login = await access.open(await hold(), openTable);
  const sql = connect(login.url);
  const [owner] = await sql<{ name: string }[]>`
    select pg_get_userbyid(relowner)::text as name from pg_class where oid = 'pulumi_state'::regclass
  `;
  t.equal(owner?.name, `${stateDatabase}_${projectId}`);
  t.match(await admin`select rolcanlogin, rolsuper from pg_roles where rolname = ${owner?.name ?? ''}`, [
    { rolcanlogin: false, rolsuper: false },
  ]);
  await t.rejects(sql`create schema ${sql(otherProjectId)}`, /permission denied/);
  const other = `${stateDatabase}_${otherProjectId}`;
  const beside = postgres(withDatabase(getRunVariable('FLEETYARD_TEST_DATABASE_URL'), stateDatabase), { max: 1 });
  await beside.unsafe(`create role "${other}"; create schema ${otherProjectId} authorization "${other}"`);
  await beside.unsafe(`set role "${other}"; create table ${otherProjectId}.pulumi_state as select 'hush' as data`);
  await t.rejects(
    sql`select data from ${sql(otherProjectId)}.pulumi_state`,
    /permission denied/,
    "hardening 11: another tenant's state is closed",
  );
  await t.rejects(sql`set role ${sql(other)}`, /permission denied/);
  await beside.end();
  await t.rejects(
    connect(withDatabase(login.url, new URL(url).pathname.slice(1)))`select 1 from public.settings`,
    /permission denied/,
    'and so are the tables of the service',
  );
  await t.rejects(sql`create table public.mine (id int)`, /permission denied/);
  await t.rejects(sql`set role ${sql(stateDatabase)}`, /permission denied/);
  await sql.end();
});

test('what an earlier release kept for all projects moves with its stack, and nothing else does', async (t) => {
  const { access, hold, store, stackName } = await prepare(t);
  const shared = postgres(await store.getStateUrl(), { max: 1, onnotice: () => undefined });
  await shared.unsafe(tableSql).simple();
  const mine = [
    `.pulumi/stacks/fleetyard/${stackName}.json`,
    `.pulumi/history/fleetyard/${stackName}/${stackName}-1.history.json`,
  ];
  const other = '.pulumi/stacks/fleetyard/cl_other-network.json';
  for (const key of [...mine, other]) await shared`insert into pulumi_state (key, data) values (${key}, '{}')`;
  const login = await access.open(await hold(), openTable);
  const sql = connect(login.url);
  const list = async (from: postgres.Sql) =>
    (await from`select key from pulumi_state order by key`).map(({ key }) => String(key));
  t.same(await list(sql), mine.toSorted());
  t.same(await list(shared), [other]);
  await Promise.all([sql.end(), shared.end()]);
});

test('hardening 12: a login that owns nothing and may make roles can do all of it', async (t) => {
  const { access, hold, interrupt, listLogins } = await prepare(t);
  const first = await access.open(await hold(), openTable);
  const old = connect(first.url);
  t.teardown(() => old.end({ timeout: 0 }));
  await old`insert into pulumi_state (key, data) values ('a', '{}')`;
  await interrupt();
  const second = await access.open(await hold(), openTable);
  await t.rejects(old`select 1`);
  await second.close();
  t.same(await listLogins(), []);
});

test('a way to the state that swallows everything is told soon, and holds up nobody once there is another one', async (t) => {
  const { url, store, hold, listLogins } = await prepare(t);
  const door = await openDoor(t, url);
  const access = await openStateAccess({ url: door.url, store, seconds: 0.5 });
  const holder = await hold();
  await (await access.open(holder, openTable)).close();
  door.block();
  const asked = [access.open(holder, openTable), access.open(holder, openTable), access.open(holder, openTable)];
  for (const answer of await Promise.allSettled(asked)) {
    t.match(answer, { status: 'rejected', reason: { code: 'unavailable', retryable: true } });
  }
  door.openAnew();
  const opened = await access.open(holder, openTable);
  await openTable(opened.url);
  await opened.close();
  t.same(await listLogins(), []);
});

test('a way to the state that breaks fails what was asked, and nothing else', async (t) => {
  const { url, store, hold, interrupt, admin, stateDatabase } = await prepare(t);
  const access = await openStateAccess({ url, store });
  await interrupt();
  const holder = await hold();
  // Whoever holds the lock of all new schemas holds up the first lease of a project.
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const state = connect(Object.assign(new URL(url), { pathname: `/${stateDatabase}` }).href);
  t.teardown(() => state.end({ timeout: 1 }));
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const held = state.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(7305118403)`;
    take();
    await released;
  });
  await taken;
  const told = access.open(holder, openTable).then(
    () => undefined,
    (error: unknown) => error,
  );
  const ended = await waitFor('the way to be held up', async () => {
    const rows = await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${stateDatabase} and application_name = 'fleetyard-state' and wait_event_type = 'Lock'
    `;
    return rows.length > 0;
  });
  t.ok(ended);
  t.match(await told, { code: 'unavailable' });
  release();
  await held;
  await (await access.open(holder, openTable)).close();
});
