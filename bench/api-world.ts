// What benches of the API stand on: servers of their own, one API process, a project with a cluster, and a store beside it.

import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, unwrap, type FleetyardClient } from '../services/contract/client.ts';
import { startChildService } from '../services/quickstart/child-service.ts';
import { prepareLogins, runtimeLogins } from '../services/store/logins.ts';
import { openStore, type Store } from '../services/store/open-store.ts';
import { ensureMasterKeys, readMasterKeys } from '../services/vault/master-keys.ts';
import { createVault } from '../services/vault/vault.ts';
import { startPostgres } from '../toolchain/postgres.mjs';
import { startRedis } from '../toolchain/redis.mjs';

/** The world. */
export type ApiWorld = {
  url: string;
  monitoringUrl: string;
  pid: number;
  project: string;
  client: FleetyardClient;
  store: Store;
  /** The database as the superuser. */
  adminUrl: string;
  makeToken(name: string): Promise<string>;
  stop(): Promise<void>;
};

/** A cluster's request. */
export function buildRequest(name: string) {
  const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }];
  return { name, provider: 'eks', region: 'eu-central-1', credential: 'aws', nodePools } as const;
}

/** Starts it; `environment` goes to the API. */
export async function openApiWorld(environment: Record<string, string> = {}): Promise<ApiWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
  await chmod(folder, 0o711);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  const redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  await ensureMasterKeys(join(folder, 'master.key'));
  const logFile = join(folder, 'api.log');
  const logins = await prepareLogins(postgres.url, 'pulumi_state');
  const api = await startChildService({
    name: 'api',
    main: fileURLToPath(new URL('../services/api/main.ts', import.meta.url)),
    logFile,
    environment: {
      DATABASE_URL: logins.api,
      FLEETYARD_MIGRATION_URL: logins.migration,
      FLEETYARD_RUNTIME_LOGINS: runtimeLogins.join(','),
      FLEETYARD_DEFAULT_ALLOWED_CIDRS: '203.0.113.0/24',
      REDIS_URL: redis.url,
      FLEETYARD_DATA_DIR: folder,
      FLEETYARD_PORT: '0',
      FLEETYARD_METRICS_PORT: '0',
      FLEETYARD_RATE_TOKEN_READS: '0',
      FLEETYARD_RATE_PROJECT_READS: '0',
      FLEETYARD_RATE_ADDRESS: '0',
      ...environment,
    },
  });
  const [url, monitoringUrl] = [await findInLog(logFile, 'address'), await findInLog(logFile, 'monitoring')];
  const admin = (await readFile(join(folder, 'admin.token'), 'utf8')).trim();
  const made = unwrap(
    await createClient({ baseUrl: url, token: admin }).POST('/v1/projects', { body: { name: 'bench' } }),
  );
  const client = createClient({ baseUrl: url, token: admin, project: 'bench' });
  unwrap(await client.POST('/v1/credentials', { body: { name: 'aws', provider: 'aws', simulated: true } }));
  const vault = createVault(await readMasterKeys(join(folder, 'master.key')));
  const store = await openStore({ url: logins.api, applicationName: 'bench', vault, max: 4 });
  return {
    url,
    monitoringUrl,
    pid: api.pid,
    project: made.id,
    client,
    store,
    adminUrl: postgres.url,
    makeToken: async (name) => unwrap(await client.POST('/v1/tokens', { body: { name, role: 'viewer' } })).secret,
    async stop() {
      await store.close(1);
      await api.stop();
      await redis.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A percentile of sorted numbers. */
export function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function findInLog(file: string, name: string): Promise<string> {
  for (const end = Date.now() + 120_000; Date.now() < end; await delay(100)) {
    const found = new RegExp(`"${name}":"(http[^"]+)"`).exec(await readFile(file, 'utf8').catch(() => ''))?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`the API did not come up:\n${await readFile(file, 'utf8')}`);
}
