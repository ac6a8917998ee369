// The whole service of a chaos run: servers behind gates, simulated clouds, API and worker processes, one project.
import { mkdir, mkdtemp, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { createClient, unwrap, type FleetyardClient } from '../../../services/contract/client.ts';
import { createAdminClient, type SimulatorAdmin } from '../../../services/simulator/cli/admin-client.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { prepareLogins } from '../../../services/store/logins.ts';
import { ensureMasterKeys } from '../../../services/vault/master-keys.ts';
import { choosePort } from '../../../toolchain/ports.mjs';
import { findPulumi } from '../../../toolchain/pulumi.mjs';
import { textLists } from '../../../services/store/text-lists.ts';
import { describeDatabase, withDatabase } from '../../helpers/postgres.ts';
import { waitFor } from '../../helpers/wait.ts';
import { openGate, type Gate } from './gate.ts';
import { startDatabase, startQueue, type Server } from './servers.ts';
import { listStepProcesses, signalQuietly } from './step-processes.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';

/** A running service that can be broken. */
export type World = {
  directory: string;
  /** Runs below here; what steps leave is found here. */
  workDir: string;
  temporaryDir: string;
  database: Server;
  queue: Server;
  /** Between engine and simulated clouds. */
  cloud: Gate;
  apis: ServiceProcess[];
  workers: ServiceProcess[];
  /** A client of each API. */
  clients: FleetyardClient[];
  simulator: SimulatorAdmin;
  /** Simulated account of each credential by name. */
  accounts: Map<string, string>;
  /** The product's database and Pulumi's state, past the gates. */
  sql: postgres.Sql;
  stateSql: postgres.Sql;
  /** Logins that stood before anything was asked. */
  logins: Set<string>;
  /** Processes that ended although nobody asked them to. */
  unexpected: string[];
  /** Sets the wall clock of an API off by so much. */
  skewClock(api: number, offsetSeconds: number): Promise<void>;
  /** Ends every API and worker in order; says what did not end so. */
  stopServices(): Promise<string[]>;
  stop(): Promise<void>;
};

/** What the world is made of. */
export type WorldOptions = {
  workers: number;
  apis: number;
  controlPlanes: 'ledger' | 'local';
  say(line: string): void;
};

const stateDatabase = 'chaos_state';
const quotas = ['ec2/vpcs', 'ec2/elastic-ips', 'eks/clusters', 'container/clusters', 'compute/static-addresses'];
const regions = ['eu-central-1', 'eu-west-1', 'europe-west1', 'europe-west3', 'westeurope', 'northeurope'];
const mainFile = (name: string): string => fileURLToPath(new URL(`../../../services/${name}/main.ts`, import.meta.url));
const clockPreload = new URL('./skew-clock.mjs', import.meta.url).href;

/** Starts everything; what was started is stopped again when a part does not come up. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end().catch((error: unknown) => options.say(String(error)));
  };
  try {
    return await assemble(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<unknown>)[];

async function assemble(options: WorldOptions, stops: Stops, stop: () => Promise<void>): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-chaos-'));
  // PostgreSQL does not run as root: the user that it then runs as must get through here.
  await chmod(directory, 0o711);
  const [workDir, temporaryDir, logs] = ['work', 'tmp', 'logs'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [workDir, temporaryDir, logs]) await mkdir(folder, { mode: 0o700 });
  stops.push(() => endSteps(directory));
  const database = await startDatabase(directory);
  stops.push(() => database.stop());
  await prepareLogins(database.direct, stateDatabase);
  const queue = await startQueue(directory);
  stops.push(() => queue.stop());
  const simulated = await startSimulator({ dataDir: join(directory, 'simulator'), timeScale: 0 });
  stops.push(() => simulated.stop());
  const cloud = await openGate(simulated.url);
  stops.push(() => cloud.close());
  // A server that is restarted in the moment of a connection would end the run otherwise, see the store's own connections.
  const driver = { onnotice: () => undefined, fetch_types: false, types: { textLists } };
  const sql: postgres.Sql = postgres(database.direct, { ...driver, max: 2, transform: postgres.camel });
  const stateSql: postgres.Sql = postgres(withDatabase(database.direct, stateDatabase), { ...driver, max: 1 });
  stops.push(() => Promise.all([sql.end({ timeout: 1 }), stateSql.end({ timeout: 1 })]));
  await ensureMasterKeys(join(directory, 'master.key'));

  const environment = {
    ...describeDatabase(database.gate.url, 'postgres').environment,
    REDIS_URL: queue.gate.url,
    FLEETYARD_STATE_DATABASE: stateDatabase,
    FLEETYARD_DATA_DIR: directory,
    FLEETYARD_WORK_DIR: workDir,
    FLEETYARD_SIMULATOR_URL: cloud.url,
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: '0.0.0.0/0',
    FLEETYARD_PULUMI: (await findPulumi({})).binary,
    FLEETYARD_CONCURRENCY: '1',
    FLEETYARD_LEASE_SECONDS: '5',
    FLEETYARD_RETRY_SCALE: '0.05',
    FLEETYARD_SETTLE_SECONDS: '0.2',
    FLEETYARD_SHUTDOWN_SECONDS: '2',
    FLEETYARD_CHECK_RESPONSES: 'on',
    TMPDIR: temporaryDir,
  };
  const unexpected: string[] = [];
  const launch = async (
    name: 'api' | 'worker',
    index: number,
    more: Record<string, string>,
  ): Promise<ServiceProcess> => {
    const label = `${name}-${index}`;
    const logFile = join(logs, `${label}.log`);
    const onUnexpectedEnd = (detail: string): void => void (unexpected.push(detail), options.say(detail));
    const all = { ...environment, ...more };
    const started = await startServiceProcess({
      name: label,
      main: mainFile(name),
      environment: all,
      logFile,
      onUnexpectedEnd,
    });
    // In order is `stopServices`; here it only has to be over, also after a Ctrl-C.
    stops.push(() => started.kill());
    return started;
  };
  const apis: ServiceProcess[] = [];
  const urls: string[] = [];
  const clockFile = (index: number): string => join(directory, `clock-${index}`);
  for (let index = 0; index < options.apis; index += 1) {
    const port = await choosePort(join(directory, `api-${index}.port`));
    urls.push(`http://127.0.0.1:${port}`);
    const clock = { NODE_OPTIONS: `--import ${clockPreload}`, FLEETYARD_CHAOS_CLOCK: clockFile(index) };
    apis.push(await launch('api', index, { FLEETYARD_PORT: String(port), ...clock }));
    await waitReady(urls[index] ?? '');
  }
  const workers: ServiceProcess[] = [];
  for (let index = 0; index < options.workers; index += 1) {
    workers.push(await launch('worker', index, {}));
    await waitForLine(join(logs, `worker-${index}.log`), '"msg":"ready"');
  }

  const token = (await readFile(join(directory, 'admin.token'), 'utf8')).trim();
  const [first = ''] = urls;
  unwrap(await createClient({ baseUrl: first, token }).POST('/v1/projects', { body: { name: 'chaos' } }));
  const clients = urls.map((baseUrl) => createClient({ baseUrl, token, project: 'chaos', fetch: fetchInTime }));
  const simulator = createAdminClient(simulated);
  const accounts = await addCredentials(clients[0] as FleetyardClient, options.controlPlanes);
  await raiseQuotas(simulator, accounts);
  return {
    directory,
    workDir,
    temporaryDir,
    database,
    queue,
    cloud,
    apis,
    workers,
    clients,
    simulator,
    accounts,
    sql,
    stateSql,
    logins: new Set(await listLogins(sql)),
    unexpected,
    async skewClock(api, offsetSeconds) {
      await writeFile(clockFile(api), String(offsetSeconds * 1000));
      apis[api]?.signal('SIGUSR2');
    },
    async stopServices() {
      const ends = await Promise.all([...workers, ...apis].map(async (each) => `${each.name}: ${await each.stop()}`));
      return ends.filter((end) => !end.endsWith('exit code 0'));
    },
    stop,
  };
}

/** Steps end with their workers; what does not, ends here. */
async function endSteps(directory: string): Promise<void> {
  for (const { pid } of await listStepProcesses(directory)) signalQuietly(pid, 'SIGKILL');
}

/** An API that was stopped never answers. */
const fetchInTime: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    signal: AbortSignal.any([AbortSignal.timeout(20_000), ...(init?.signal ? [init.signal] : [])]),
  });

async function waitReady(url: string): Promise<void> {
  await waitFor(
    'the API',
    async () => (await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined))?.ok,
    { timeoutMs: 60_000 },
  );
}

async function waitForLine(file: string, line: string): Promise<void> {
  const look = async (): Promise<boolean> => (await readFile(file, 'utf8').catch(() => '')).includes(line);
  await waitFor(`${line} in ${file}`, look, { timeoutMs: 60_000, everyMs: 50 });
}

async function addCredentials(
  client: FleetyardClient,
  controlPlanes: WorldOptions['controlPlanes'],
): Promise<Map<string, string>> {
  const accounts = new Map<string, string>();
  const wanted = { 'my-aws': 'aws', 'my-azure': 'azure', 'my-gcp': 'gcp', 'my-hub': 'kubernetes' } as const;
  for (const [name, provider] of Object.entries(wanted)) {
    const body = { name, provider, simulated: true, controlPlanes };
    accounts.set(name, unwrap(await client.POST('/v1/credentials', { body })).id);
  }
  return accounts;
}

/** Clusters by the dozen stand and fall; the clouds' default limits are for other tests. */
async function raiseQuotas(simulator: SimulatorAdmin, accounts: Map<string, string>): Promise<void> {
  for (const account of accounts.values()) {
    for (const quota of quotas) {
      for (const region of regions) await simulator.setQuota(account, `${quota}/${region}`, 1_000);
    }
  }
}

/** Every role that may log in. */
export async function listLogins(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select rolname as name from pg_roles where rolcanlogin order by rolname`;
  return rows.map(({ name }) => name);
}

/** Removes what a world left on disk; its servers are stopped. */
export async function removeWorld({ directory }: World): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
