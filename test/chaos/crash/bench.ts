// A service without processes of its own: store, simulated clouds and workers in this one, only the engine's steps are real processes.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import postgres from 'postgres';
import { loadCatalogue } from '../../../catalogue/catalogue.ts';
import { installSimulatedHome } from '../../../plugins/simulated/install-home.ts';
import { describeSimulatedCredential, readRealSecret } from '../../../services/access/account.ts';
import { createCredential } from '../../../services/changes/create-credential.ts';
import { runChange, type Change } from '../../../services/changes/change.ts';
import { toBackendUrl } from '../../../services/engine/backend-url.ts';
import { prepareBackend } from '../../../services/engine/prepare-backend.ts';
import { stepMarker } from '../../../services/engine/processes.ts';
import type { OnRecord } from '../../../services/simulator/ledger/ledger.ts';
import { createAdminClient, type SimulatorAdmin } from '../../../services/simulator/cli/admin-client.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { prepareLogins, runtimeLogins } from '../../../services/store/logins.ts';
import { migrate } from '../../../services/store/migrate.ts';
import { openStateAccess, type StateAccess } from '../../../services/store/state-access.ts';
import { openStore, type Store } from '../../../services/store/open-store.ts';
import { createProject } from '../../../services/store/projects.ts';
import { createVault } from '../../../services/vault/vault.ts';
import type { WorkerContext } from '../../../services/worker/context.ts';
import { findPulumi } from '../../../toolchain/pulumi.mjs';
import { withDatabase } from '../../helpers/postgres.ts';
import { createTestMetrics } from '../../helpers/worker.ts';
import { signalQuietly } from '../world/step-processes.ts';
import { createOutgoingGuard } from '../../../services/outgoing/outgoing-guard.ts';
import { startDatabase } from '../world/servers.ts';

/** The bench. */
export type CrashBench = {
  directory: string;
  store: Store;
  simulator: SimulatorAdmin;
  sql: postgres.Sql;
  stateSql: postgres.Sql;
  /** The worker's parts over a store, which may be one that dies. */
  createContext(store: Store, owner: string): WorkerContext;
  change<T>(work: (change: Change) => Promise<T>): Promise<T>;
  /** Makes a simulated credential; its id is the account. */
  addCredential(name: string, provider: 'aws' | 'azure' | 'gcp'): Promise<string>;
  /** Who hears of the ledger's writes now. */
  hear(onRecord: OnRecord | undefined): void;
  stop(): Promise<void>;
};

const stateDatabase = 'crash_state';
const accounts = { readSecret: readRealSecret, describeSimulated: describeSimulatedCredential };

/** Starts the bench on a PostgreSQL of its own. */
export async function startCrashBench(): Promise<CrashBench> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    return await assemble(stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(stops: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<CrashBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-crash-'));
  stops.push(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  // PostgreSQL does not run as root: the user that it then runs as must get through here.
  await chmod(directory, 0o711);
  const database = await startDatabase(directory);
  stops.push(() => database.stop());
  const vault = createVault([{ id: 'crash', key: Buffer.alloc(32, 7) }]);
  const logins = await prepareLogins(database.direct, stateDatabase);
  await migrate({ url: logins.migration, runtimeLogins, vault, stateDatabase });
  const store = await openStore({ url: logins.worker, applicationName: 'crash', max: 8, vault });
  stops.push(() => store.close(1));
  let listener: OnRecord | undefined;
  const simulated = await startSimulator({
    dataDir: join(directory, 'simulator'),
    timeScale: 0,
    onRecord: (side, entry) => listener?.(side, entry),
  });
  stops.push(() => simulated.stop());
  const sql = postgres(database.direct, { max: 1, onnotice: () => undefined, transform: postgres.camel });
  const stateSql = postgres(withDatabase(database.direct, stateDatabase), { max: 1, onnotice: () => undefined });
  stops.push(() => Promise.all([sql.end({ timeout: 1 }), stateSql.end({ timeout: 1 })]));
  const states = await openStateAccess({ url: logins.worker, store });
  const engine = await prepareEngine(directory, states, simulated.url);
  const { id: projectId } = await store.asSystem((tx) => createProject(tx, { name: 'crash' }));
  const catalogue = loadCatalogue();
  const change = <T>(work: (unit: Change) => Promise<T>): Promise<T> =>
    runChange(
      {
        store,
        catalogue,
        defaultAllowedCidrs: ['0.0.0.0/0'],
        clock: () => new Date(),
        actor: { id: null, role: 'admin', projectId },
      },
      work,
    );
  return {
    directory,
    store,
    simulator: createAdminClient(simulated),
    sql,
    stateSql,
    change,
    addCredential: async (name, provider) =>
      (await change((unit) => createCredential(unit, { name, provider, simulated: true }, accounts))).id,
    createContext: (mine, owner) => ({
      store: mine,
      queue: { enqueue: never, countJobs: never, ping: never, close: never },
      logger: pino({ level: 'silent' }),
      owner,
      metrics: createTestMetrics(),
      leaseSeconds: 600,
      engine,
      outgoing: createOutgoingGuard({ privateNetworks: [], simulatorUrl: engine.simulatorUrl }),
      memberPatience: { everySeconds: 0.05, forSeconds: 30 },
      drainPatience: { everySeconds: 0.05, forSeconds: 30 },
      random: () => 0,
      retention: { operations: keepAll, snapshots: keepAll, history: keepAll },
      retryScale: 0,
      deadlineScale: 1,
      now: () => new Date(),
    }),
    hear(onRecord) {
      listener = onRecord;
    },
    stop,
  };
}

const keepAll = { days: 1, kept: 1000 };

/** A worker runs what it is told here; no queue tells it. */
function never(): never {
  throw new Error('there is no queue');
}

async function prepareEngine(
  directory: string,
  states: StateAccess,
  simulatorUrl: string,
): Promise<WorkerContext['engine']> {
  const { binary } = await findPulumi({});
  const workDir = join(directory, 'work');
  const homes = { real: join(directory, 'pulumi'), simulated: join(directory, 'pulumi-simulated') };
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  await installSimulatedHome({ home: homes.simulated, node: process.execPath });
  const environment = { ...process.env, NODE_COMPILE_CACHE: join(workDir, 'compile-cache') };
  const prepare = (url: string): Promise<void> =>
    prepareBackend({ binary, home: homes.simulated, backendUrl: toBackendUrl(url), environment });
  return {
    binary,
    homes,
    async openState(holder) {
      const { url, close } = await states.open(holder, prepare);
      return { backendUrl: toBackendUrl(url), close };
    },
    sweepStates: () => states.sweep(),
    workDir,
    simulatorUrl,
    environment,
    cancelGrace: 60_000,
    settlePause: 50,
  };
}

/** Kills every process of the operation's steps before it returns: whatever was about to follow a write does not. */
export function killStepsNow(operationId: string): void {
  const prefix = `${stepMarker}=${operationId}.`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let environment = '';
    try {
      environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    } catch {
      continue;
    }
    if (environment.split('\0').some((each) => each.startsWith(prefix))) signalQuietly(Number(pid), 'SIGKILL');
  }
}
