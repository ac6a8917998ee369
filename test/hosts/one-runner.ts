// Two workers on two hosts, neither of which sees the processes of the other: one of everything, whatever becomes of the first.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { withDatabase } from '../helpers/postgres.ts';
import { buildCluster, listDuplicates, startTestService, type TestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';
import { findObstacle, startHost, type TestHost } from './host.ts';

const leaseSeconds = 8;
const patience = { timeoutMs: 120_000 };
const dayMilliseconds = 86_400_000;
const shiftClock = fileURLToPath(new URL('./shift-clock.ts', import.meta.url));

/** A cluster whose first resource the cloud holds back, and the host that waits for it. */
type HeldCreate = {
  service: TestService;
  sql: postgres.Sql;
  account: string;
  cluster: string;
  operation: string;
  first: TestHost;
  release(): Promise<void>;
  findProcesses(fence?: number): Promise<number[]>;
  readLease(): Promise<{ state: string; fence: number; left: number; until: Date }>;
};

async function holdCreate(
  t: Test,
  service: TestService,
  host: { name: string; environment?: Record<string, string>; nodeArguments?: string[] },
): Promise<HeldCreate> {
  const { client, simulator } = service;
  const sql = postgres(service.adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 1 }));
  const account = await service.addCredential(host.name, 'aws');
  const type = 'aws:ec2/vpc:Vpc';
  const gate = await simulator.setFault(account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const first = await startHost(t, { ...host, environment: { ...service.environment, ...host.environment } });
  const body = buildCluster('eks', host.name, host.name);
  const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
  const id = operation?.id ?? '';
  await waitFor('the cloud to hold the create', async () => (await simulator.listFaults(account))[0]?.count === 0, {
    timeoutMs: 120_000,
  });
  return {
    service,
    sql,
    account,
    cluster: cluster.id,
    operation: id,
    first,
    release: () => simulator.release(account, gate.id),
    findProcesses: (fence) =>
      findMarkedProcesses((key) => (fence === undefined ? key.startsWith(`${id}.`) : key === `${id}.${fence}`)),
    async readLease() {
      const [row] = await sql<{ state: string; fence: number; left: number; until: Date }[]>`
        select state, fence::int, lease_until as until, extract(epoch from lease_until - clock_timestamp())::float as left
        from operations where id = ${id}
      `;
      if (row === undefined) throw new Error(`no operation ${id}`);
      return row;
    },
  };
}

async function listTakeovers({ service, operation }: HeldCreate): Promise<unknown[]> {
  const events = unwrap(
    await service.client.GET('/v1/operations/{operation}/events', {
      params: { path: { operation } },
      headers: { accept: 'application/json' },
    }),
  );
  if (typeof events === 'string') throw new Error('the events came as a stream');
  return events.items.filter(({ type, data }) => type === 'state' && data['to'] === 'interrupted');
}

/** The operation ends well, with one of everything; what it made can be removed, and then nothing is left. */
async function checkEnd(t: Test, held: HeldCreate): Promise<void> {
  const { service, account, cluster, operation } = held;
  const { client, simulator } = service;
  const done = await service.awaitOperation(operation);
  t.equal(done.state, 'succeeded', `${JSON.stringify(done.error)}\n${await held.first.readLog()}`);
  t.same(await listDuplicates(simulator, account), [], 'nothing was made twice');
  t.equal((await simulator.listResources(account, 'aws:ec2/vpc:Vpc')).length, 1);
  t.same(await held.findProcesses(), [], 'no process is left on either host');
  const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path: { cluster } } }));
  t.equal((await service.awaitOperation(deletion.operation?.id ?? '')).state, 'succeeded');
  t.same(await simulator.listResources(account), [], 'nothing is orphaned');
  t.same(await listLogins(held), [], 'no login is left');
}

async function listLogins({ sql, service }: HeldCreate): Promise<string[]> {
  const name = `${service.environment['FLEETYARD_STATE_DATABASE']}_l`;
  const rows = await sql<{ name: string }[]>`
    select rolname::text as name from pg_roles where rolcanlogin and starts_with(rolname, ${name})
  `;
  return rows.map((row) => row.name);
}

/** How the engine of a process logs in to its state, for this machine instead of its host. */
async function readStateUrl(pids: number[]): Promise<URL> {
  for (const pid of pids) {
    const found = /(?:^|\0)PULUMI_BACKEND_URL=([^\0]+)/.exec(await readFile(`/proc/${pid}/environ`, 'utf8'))?.[1];
    if (found === undefined) continue;
    const url = new URL(found);
    url.hostname = '127.0.0.1';
    return url;
  }
  throw new Error('no process of the step knows its state');
}

/** Writes with the login of an engine, as that engine would. */
async function writeState(url: URL): Promise<void> {
  const { role = '', search_path = '' } = Object.fromEntries(url.searchParams);
  const plain = new URL(url);
  plain.search = '';
  const sql = postgres(plain.href, { max: 1, onnotice: () => undefined, connection: { role, search_path } });
  try {
    await sql`insert into pulumi_state (key, data) values ('late', '{}')`;
    await sql`delete from pulumi_state where key = 'late'`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function readState({ service, sql, operation }: HeldCreate): Promise<unknown> {
  const [row] = await sql<{ projectId: string }[]>`
    select project_id as "projectId" from operations where id = ${operation}
  `;
  const { FLEETYARD_STATE_DATABASE = '' } = service.environment;
  const state = postgres(withDatabase(service.adminUrl, FLEETYARD_STATE_DATABASE), { max: 1 });
  try {
    return [
      ...(await state`select key, md5(data::text) from ${state(row?.projectId ?? '')}.pulumi_state order by key`),
    ];
  } finally {
    await state.end({ timeout: 1 });
  }
}

/** Connections on the network of a process that the other side has ended, and this one has not noticed. */
async function countClosedByServer(pid: number): Promise<number> {
  const closeWait = '08';
  const lines = (await readFile(`/proc/${pid}/net/tcp`, 'utf8')).trim().split('\n').slice(1);
  return lines.filter((line) => line.trim().split(/\s+/)[3] === closeWait).length;
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) process.kill(pid, name);
}

/** The runner among the processes of a step; the others are the engine's. */
async function findRunner(pids: number[]): Promise<number> {
  for (const pid of pids) {
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('/engine/runner.ts')) return pid;
  }
  throw new Error('no runner is at work');
}

async function checkCutHost(t: Test, service: TestService): Promise<void> {
  const held = await holdCreate(t, service, { name: 'cut' });
  await startHost(t, { name: 'cut-second', environment: service.environment });
  const { fence } = await held.readLease();
  t.ok((await held.findProcesses(fence)).length > 1, 'a runner and its engine are at work');

  await held.first.pullCable();
  await waitFor('the first host to end its step by itself', async () => (await held.findProcesses(fence)).length === 0);
  t.match(await held.readLease(), { state: 'running', fence }, 'before anybody else may begin');
  await waitFor('the second host to take over', async () => (await held.readLease()).fence > fence + 1, patience);
  await held.release();
  await service.awaitOperation(held.operation);
  await held.first.plugCable();
  t.ok(process.kill(held.first.workerPid, 0), 'the first worker outlives the cut');
  await checkEnd(t, held);
}

async function checkFrozenHost(t: Test, service: TestService): Promise<void> {
  const held = await holdCreate(t, service, { name: 'frozen' });
  const { first, operation } = held;
  const { fence } = await held.readLease();
  const processes = await held.findProcesses(fence);
  const runner = await findRunner(processes);
  const engine = processes.filter((pid) => pid !== runner);
  const stateUrl = await readStateUrl(engine);
  await writeState(stateUrl);

  signal([first.workerPid, ...processes], 'SIGSTOP');
  await startHost(t, { name: 'frozen-second', environment: service.environment });
  await waitFor('the second host to take over', async () => (await held.readLease()).fence > fence + 1, patience);
  await waitFor(
    'its engine to be at work',
    async () => (await held.findProcesses()).some((pid) => !processes.includes(pid)),
    patience,
  );
  t.same((await held.findProcesses(fence)).sort(), processes.sort(), 'nobody else could end what the first left');
  await t.rejects(writeState(stateUrl), { code: /^28/ }, 'but its login is of no use any more');
  await held.release();
  const done = await service.awaitOperation(operation);
  t.equal(done.state, 'succeeded', JSON.stringify(done.error));

  const before = { state: await readState(held), ledger: await service.simulator.listLedger(held.account) };
  // The worst order: the engine goes on with the cloud's answer, and nobody is there to hold it back.
  const closed = await countClosedByServer(runner);
  t.ok(closed > 0, 'the server has ended its connections');
  signal(engine, 'SIGCONT');
  await waitFor('the engine to try them', async () => (await countClosedByServer(runner)) < closed, patience);
  signal([runner, first.workerPid], 'SIGCONT');
  await waitFor('the runner to end', async () => (await held.findProcesses(fence)).length === 0);
  await waitFor('the worker to hear of it', async () => (await first.readLog()).includes('the lease was lost'));
  t.same(await readState(held), before.state, 'the state is as the second left it');
  t.same(await service.simulator.listLedger(held.account), before.ledger, 'and so is the cloud');
  await checkEnd(t, held);
}

async function checkJumpingClock(t: Test, service: TestService): Promise<void> {
  const file = join(service.environment['FLEETYARD_DATA_DIR'] ?? '', 'clock-shift');
  await writeFile(file, '0');
  const held = await holdCreate(t, service, {
    name: 'clock',
    environment: { TEST_CLOCK_FILE: file },
    nodeArguments: ['--import', shiftClock],
  });
  const { fence } = await held.readLease();
  const processes = await held.findProcesses(fence);
  for (const days of [1, -1]) {
    await writeFile(file, String(days * dayMilliseconds));
    const { until } = await held.readLease();
    const extended = async (): Promise<boolean> => {
      const lease = await held.readLease();
      t.ok(lease.left <= leaseSeconds, 'the lease is as long as the database says');
      return lease.until.getTime() - until.getTime() > leaseSeconds * 1000;
    };
    await waitFor('a whole lease to pass', extended, { everyMs: 250 });
    const shifted = new Date(Date.now() + days * dayMilliseconds).toISOString().slice(0, 10);
    t.match(await held.readLease(), { state: 'running', fence }, `by a clock that says ${shifted}`);
    t.same((await held.findProcesses(fence)).sort(), processes.sort(), 'the step goes on');
  }
  const { client, simulator } = service;
  const { account, cluster, operation } = held;
  const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path: { cluster } } }));
  await held.release();
  t.match(await service.awaitOperation(operation), { state: 'cancelled', attempt: 1 });
  t.equal((await service.awaitOperation(deletion.operation?.id ?? '')).state, 'succeeded');
  t.same(await simulator.listResources(account), [], 'nothing is orphaned');
  t.same(await listTakeovers(held), [], 'nobody took over');
}

const skip = findObstacle() ?? false;

test('two hosts, one runner on one stack', { skip }, async (t) => {
  const service = await startTestService(t, { leaseSeconds });
  await t.test('a host whose way to PostgreSQL is cut ends its step in time, and another goes on', (t) =>
    checkCutHost(t, service),
  );
  await t.test('a host that is frozen for longer than its lease writes nothing when it thaws', (t) =>
    checkFrozenHost(t, service),
  );
  await t.test('a wall clock that jumps by a day in either direction ends no lease and prolongs none', (t) =>
    checkJumpingClock(t, service),
  );
});
