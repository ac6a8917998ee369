// The servers of bench/accept.ts, a project with address spaces, what stands in it, and what must not be found in it afterwards.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { createClient, unwrap } from '../services/contract/client.ts';
import type { Schemas } from '../services/contract/schemas.ts';
import { startChildService } from '../services/quickstart/child-service.ts';
import { prepareLogins, runtimeLogins } from '../services/store/logins.ts';
import { ensureMasterKeys } from '../services/vault/master-keys.ts';
import { startPostgres } from '../toolchain/postgres.mjs';
import { startRedis } from '../toolchain/redis.mjs';

/** What is measured. */
export type World = {
  /** The first of its processes. */
  url: string;
  urls: string[];
  bareUrl: string;
  /** As the superuser. */
  databaseUrl: string;
  /** As a worker. */
  workerUrl: string;
  masterKeyFile: string;
  token: string;
  spaces: string[];
  /** A request, with `NAME` and `SPACE` to be filled in. */
  body: string;
  /** Writes so many clusters that stand, with ranges and a finished operation each. */
  makeStanding(count: number): Promise<void>;
  /** What is wrong with the rows: overlaps, and clusters without their ranges. */
  findFaults(): Promise<string[]>;
  close(): Promise<void>;
};

const spaceCount = 8;
// Room for tens of thousands of small clusters in each space.
const pools = { nodes: '10.0.0.0/9', pods: '10.128.0.0/9', services: '172.16.0.0/12' };
/** Starts everything. */
export async function openWorld(options: {
  folder: string;
  processes: number;
  /** Of PostgreSQL. */
  settings?: Record<string, string>;
  /** Where the API's processes leave their profiles. */
  profileDirectory?: string | undefined;
}): Promise<World> {
  const { folder, settings = {}, profileDirectory } = options;
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), settings });
  const redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  const stops = [() => redis.stop(), () => server.stop()];
  const close = async (): Promise<void> => {
    for (const stop of stops) await stop();
  };
  try {
    const logins = await prepareLogins(server.url, 'pulumi_state');
    const masterKeyFile = join(folder, 'master.key');
    await ensureMasterKeys(masterKeyFile);
    const environment = { ...describeApi(folder, logins), REDIS_URL: redis.url, ...describeProfile(profileDirectory) };
    const start = async (name: string, main: string, given: Record<string, string>): Promise<string> => {
      const logFile = join(folder, `${name}.log`);
      const path = fileURLToPath(new URL(main, import.meta.url));
      const service = await startChildService({ name, main: path, args: [], environment: given, logFile });
      stops.unshift(() => service.stop());
      return findAddress(logFile);
    };
    const urls: string[] = [];
    for (let index = 0; index < options.processes; index++) {
      urls.push(await start(`api-${index}`, '../services/api/main.ts', environment));
    }
    const bareUrl = await start('bare', './accept-bare.ts', { DATABASE_URL: server.url });
    const admin = (await readFile(join(folder, 'admin.token'), 'utf8')).trim();
    const prepared = await prepareProject(urls[0] ?? '', admin);
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    stops.unshift(() => sql.end({ timeout: 1 }));
    return {
      ...prepared,
      urls,
      bareUrl,
      databaseUrl: server.url,
      workerUrl: logins.worker,
      masterKeyFile,
      async makeStanding(count) {
        await makeStanding(sql, prepared, count);
        // What the server would come to by itself in the middle of a turn.
        if (settings['autovacuum'] !== 'off') await sql`vacuum analyze`;
      },
      findFaults: () => findFaults(sql),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function describeApi(folder: string, logins: { api: string; migration: string }): Record<string, string> {
  // High, not off: each request is counted.
  const rates = ['ADDRESS', 'TOKEN_WRITES', 'PROJECT_WRITES', 'TOKEN_READS', 'PROJECT_READS'];
  return {
    DATABASE_URL: logins.api,
    FLEETYARD_MIGRATION_URL: logins.migration,
    FLEETYARD_RUNTIME_LOGINS: runtimeLogins.join(','),
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: '203.0.113.0/24',
    FLEETYARD_DATA_DIR: folder,
    FLEETYARD_PORT: '0',
    FLEETYARD_METRICS_PORT: '0',
    FLEETYARD_DATABASE_WAITING: '1000',
    ...Object.fromEntries(rates.map((name) => [`FLEETYARD_RATE_${name}`, '10000000'])),
  };
}

function describeProfile(directory: string | undefined): Record<string, string> {
  if (directory === undefined) return {};
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${directory}` };
}

/** What each cluster is asked to be. */
export const request: Schemas['ClusterRequest'] = {
  name: 'NAME',
  provider: 'aks',
  region: 'westeurope',
  credential: 'azure',
  addressSpace: 'SPACE',
  network: { servicePrefix: 27 },
  nodePools: [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 1 } }],
};

type Prepared = { url: string; token: string; spaces: string[]; body: string };

async function prepareProject(url: string, admin: string): Promise<Prepared> {
  unwrap(await createClient({ baseUrl: url, token: admin }).POST('/v1/projects', { body: { name: 'bench' } }));
  const client = createClient({ baseUrl: url, token: admin, project: 'bench' });
  const { secret } = unwrap(await client.POST('/v1/tokens', { body: { name: 'caller', role: 'operator' } }));
  unwrap(await client.POST('/v1/credentials', { body: { name: 'azure', provider: 'azure', simulated: true } }));
  const spaces = Array.from({ length: spaceCount }, (_, index) => `space-${index}`);
  for (const name of spaces) unwrap(await client.POST('/v1/address-spaces', { body: { name, pools } }));
  return { url, token: secret, spaces, body: JSON.stringify(request) };
}

/** Copies of a cluster that the service made, evenly over the spaces, from the top of their pools downwards. */
async function makeStanding(sql: postgres.Sql, { url, token, spaces }: Prepared, count: number): Promise<void> {
  if (count === 0) return;
  const client = createClient({ baseUrl: url, token });
  const [addressSpace = ''] = spaces;
  const made = unwrap(await client.POST('/v1/clusters', { body: { ...request, name: 'model', addressSpace } }));
  const model = made.cluster.id;
  await sql.begin(async (tx) => {
    await tx`
      create temporary table standing on commit drop as
      select n, 'cl_standing' || lpad(n::text, 8, '0') as cluster_id, 'op_standing' || lpad(n::text, 8, '0') as operation_id,
        s.id as space_id, s.number as space_number, n / ${spaces.length} as slot
      from generate_series(0, ${count - 1}) n
      join (select id, number, row_number() over (order by number) - 1 as at from address_spaces) s on s.at = n % ${spaces.length}
    `;
    await tx`
      insert into clusters (id, project_id, name, provider, simulated, credential_id, spec, protect, generation, observed_generation, phase)
      select s.cluster_id, c.project_id, 'standing-' || s.n, c.provider, c.simulated, c.credential_id,
        jsonb_set(c.spec, '{name}', to_jsonb('standing-' || s.n)), false, 1, 1, 'ready'
      from standing s, clusters c where c.id = ${model}
    `;
    await tx`
      insert into ranges (id, project_id, address_space_id, space_number, cluster_id, role, range)
      select 'rg_' || r.role || s.n, r.project_id, s.space_id, s.space_number, s.cluster_id, r.role,
        set_masklen(broadcast(p.pool::cidr)::inet - (s.slot + 1) * (1::bigint << (32 - masklen(r.range))) + 1, masklen(r.range))::cidr
      from standing s, ranges r, jsonb_each_text(${tx.json(pools)}) as p (role, pool)
      where r.cluster_id = ${model} and p.role = r.role
    `;
    await tx`
      insert into operations (id, project_id, resource_kind, resource_id, position, kind, state, generation, input, credential_id,
        last_seq, started_at, finished_at)
      select s.operation_id, o.project_id, o.resource_kind, s.cluster_id, 1, o.kind, 'succeeded', 1, o.input, o.credential_id, 1, now(), now()
      from standing s, operations o where o.resource_id = ${model}
    `;
    await tx`
      insert into steps (operation_id, project_id, index, kind, action, layer, state)
      select s.operation_id, t.project_id, t.index, t.kind, t.action, t.layer, 'succeeded'
      from standing s, steps t join operations o on o.id = t.operation_id where o.resource_id = ${model}
    `;
    await tx`
      insert into events (operation_id, project_id, seq, type, data)
      select s.operation_id, o.project_id, 1, 'state', '{}' from standing s, operations o where o.resource_id = ${model}
    `;
  });
}

async function findFaults(sql: postgres.Sql): Promise<string[]> {
  const [counts] = await sql`
    select (select count(*) from clusters)::integer as clusters, (select count(*) from ranges)::integer as ranges,
      (select count(*) from clusters c where (select count(*) from ranges r where r.cluster_id = c.id) < 3)::integer as bare
  `;
  // In the order of addresses an overlap is one of neighbours.
  const [overlaps] = await sql`
    select count(*)::integer as count from (
      select range, lead(range) over (partition by address_space_id order by range) as next from ranges
    ) pairs where range && next
  `;
  return [
    `${counts?.['clusters']} clusters with ${counts?.['ranges']} ranges; ${counts?.['bare']} without theirs; ${overlaps?.['count']} overlaps`,
  ];
}

async function findAddress(file: string): Promise<string> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const found = /"address":"(http[^"]+)"/.exec(await readFile(file, 'utf8').catch(() => ''))?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`it did not come up:\n${await readFile(file, 'utf8')}`);
}
