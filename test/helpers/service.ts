// The whole service for end-to-end tests: real PostgreSQL and Redis, the API and workers as processes, simulated clouds in process.
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { createClient, unwrap, type FleetyardClient } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { readLogTail, startChildService, type ChildService } from '../../services/quickstart/child-service.ts';
import { createAdminClient, type SimulatorAdmin } from '../../services/simulator/cli/admin-client.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { createTestDirectory } from './directory.ts';
import { createTestDatabase } from './postgres.ts';
import { getTestPulumi } from './pulumi.ts';
import { createTestRedis } from './redis.ts';
import { waitFor } from './wait.ts';

const settled = ['succeeded', 'failed', 'cancelled', 'needs_attention'];
/** Several runners share two cores with everything else here. */
const patience = { timeoutMs: 600_000, everyMs: 200 };

/** A running service with one project. */
export type TestService = {
  client: FleetyardClient;
  simulator: SimulatorAdmin;
  /** The database as the superuser, to look behind the rows' security. */
  adminUrl: string;
  /** What its processes are told. */
  environment: Record<string, string>;
  /** Starts one more worker process. */
  startWorker(): Promise<ChildService>;
  /** Makes a simulated credential and returns its id, which is also the simulated account. */
  addCredential(
    name: string,
    provider: Schemas['CredentialProvider'],
    controlPlanes?: Schemas['ControlPlanes'],
  ): Promise<string>;
  /** Where the simulated clouds keep what they have. */
  simulatorDirectory: string;
  getOperation(id: string): Promise<Schemas['Operation']>;
  /** Waits until an operation has come to rest, and returns it. */
  awaitOperation(id: string): Promise<Schemas['Operation']>;
  /** The ends of the logs, for a failing test. */
  readLogs(): Promise<string>;
};

/** Waits until the API answers; it chose its own port and says in its log which. */
async function waitReady(api: ChildService, logFile: string): Promise<string> {
  let ended: string | undefined;
  void api.ended.then(({ detail }) => (ended = detail));
  return waitFor('the API', async () => {
    if (ended !== undefined) throw new Error(`the API ended with ${ended}:\n${await readLogTail(logFile, 30)}`);
    const url = /"address":"(http[^"]+)"/.exec(await readFile(logFile, 'utf8'))?.[1];
    if (url === undefined) return undefined;
    return (await fetch(`${url}/ready`).catch(() => undefined))?.ok ? url : undefined;
  });
}

/** Starts the service; everything is stopped at teardown. */
export async function startTestService(
  t: Test,
  options: { leaseSeconds?: number; environment?: Record<string, string> } = {},
): Promise<TestService> {
  const directory = await createTestDirectory(t);
  // Users of steps have to get through here, also to folders of several hosts in it.
  await chmod(directory, 0o711);
  const database = await createTestDatabase(t, { migrated: false });
  const redis = createTestRedis(t);
  const simulated = await startSimulator({ dataDir: join(directory, 'simulator'), timeScale: 0 });
  t.teardown(() => simulated.stop());
  await ensureMasterKeys(join(directory, 'master.key'));
  const environment = {
    ...database.environment,
    REDIS_URL: redis.url,
    FLEETYARD_QUEUE_PREFIX: redis.prefix,
    FLEETYARD_STATE_DATABASE: `${database.name}_state`,
    FLEETYARD_DATA_DIR: directory,
    FLEETYARD_PORT: '0',
    FLEETYARD_SIMULATOR_URL: simulated.url,
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: '0.0.0.0/0',
    FLEETYARD_PULUMI: await getTestPulumi(),
    FLEETYARD_LEASE_SECONDS: String(options.leaseSeconds ?? 15),
    FLEETYARD_RETRY_SCALE: '0',
    FLEETYARD_SETTLE_SECONDS: '0.2',
    FLEETYARD_SHUTDOWN_SECONDS: '1',
    FLEETYARD_CHECK_RESPONSES: 'on',
    ...options.environment,
  };
  const logs: string[] = [];
  const launch = async (name: string): Promise<{ service: ChildService; logFile: string }> => {
    const logFile = join(directory, `${name}-${logs.length}.log`);
    logs.push(logFile);
    const main = fileURLToPath(new URL(`../../services/${name}/main.ts`, import.meta.url));
    const service = await startChildService({ name, main, environment, logFile });
    t.teardown(() => service.stop());
    return { service, logFile };
  };
  const api = await launch('api');
  const url = await waitReady(api.service, api.logFile);
  const token = (await readFile(join(directory, 'admin.token'), 'utf8')).trim();
  unwrap(await createClient({ baseUrl: url, token }).POST('/v1/projects', { body: { name: 'test' } }));
  const client = createClient({ baseUrl: url, token, project: 'test' });
  const getOperation = async (id: string): Promise<Schemas['Operation']> =>
    unwrap(await client.GET('/v1/operations/{operation}', { params: { path: { operation: id } } }));
  const readLogs = async (): Promise<string> =>
    (await Promise.all(logs.map((file) => readLogTail(file, 15)))).join('\n');
  return {
    client,
    simulator: createAdminClient(simulated),
    adminUrl: database.adminUrl,
    environment,
    startWorker: async () => (await launch('worker')).service,
    simulatorDirectory: join(directory, 'simulator'),
    async addCredential(name, provider, controlPlanes = 'ledger') {
      const body = { name, provider, simulated: true, controlPlanes };
      return unwrap(await client.POST('/v1/credentials', { body })).id;
    },
    getOperation,
    async awaitOperation(id) {
      return waitFor(
        `operation ${id} to come to rest`,
        async () => {
          const operation = await getOperation(id);
          return settled.includes(operation.state) ? operation : undefined;
        },
        patience,
      ).catch(async (error: Error) => {
        throw new Error(`${error.message}\n${await readLogs()}`);
      });
    },
    readLogs,
  };
}

/** A small cluster of a provider. */
export function buildCluster(
  provider: 'eks' | 'aks' | 'gke',
  name: string,
  credential: string,
): Schemas['ClusterRequest'] {
  const region = { eks: 'eu-central-1', aks: 'westeurope', gke: 'europe-west1' }[provider];
  return {
    name,
    provider,
    region,
    credential,
    kubernetesVersion: '1.35',
    labels: { tier: 'test' },
    tags: { team: 'platform' },
    nodePools: [{ name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 1, max: 3 } }],
  };
}

/** What a simulated account says about duplicates: names that were created more often than deleted-and-created-again allows. */
export async function listDuplicates(simulator: SimulatorAdmin, account: string): Promise<string[]> {
  const standing = new Map<string, number>();
  const doubled: string[] = [];
  for (const { action, outcome, urn, type, id } of await simulator.listLedger(account)) {
    if (outcome !== 'done') continue;
    const key = urn === '' ? `${type} ${id}` : urn;
    const count = (standing.get(key) ?? 0) + (action === 'create' ? 1 : action === 'delete' ? -1 : 0);
    standing.set(key, count);
    if (count > 1) doubled.push(key);
  }
  return doubled;
}
