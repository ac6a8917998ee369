// Collects the judge's evidence from the simulated clouds, PostgreSQL, Pulumi's state, /proc and the disk.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Sql } from 'postgres';
import { listControlPlanes } from '../world/control-plane-processes.ts';
import { listStepProcesses } from '../world/step-processes.ts';
import { listLogins, type World } from '../world/world.ts';
import { listRealObjects } from './real-objects.ts';
import type { Accepted, Account, KnownResource, Leftovers, Standing } from './judge.ts';

/** What stands in the clouds and in Pulumi's state. */
export async function collectStanding(world: World): Promise<Standing> {
  const { simulator, stateSql } = world;
  const accounts = await Promise.all(
    [...world.accounts].map(async ([name, account]): Promise<Account> => {
      return {
        account: name,
        resources: await simulator.listResources(account),
        entries: await simulator.listLedger(account),
      };
    }),
  );
  return { accounts, known: await listKnownResources(stateSql), objects: await listRealObjects(world.directory) };
}

/** What became of the accepted operations. */
export async function collectAccepted({ sql }: World, ids: ReadonlySet<string>): Promise<Accepted[]> {
  const rows = await sql<{ id: string; state: string }[]>`select id, state from operations where id = any(${[...ids]})`;
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  return [...ids].map((id) => ({ id, state: states.get(id) ?? null }));
}

/** Every operation that has not ended, asked for or not. */
export async function collectUnsettled({ sql }: World): Promise<Accepted[]> {
  return sql<{ id: string; state: string }[]>`
    select id, state from operations where state <> all(${['succeeded', 'failed', 'cancelled', 'needs_attention']})
  `;
}

/** What remains once everything was deleted and the services have ended. */
export async function collectLeftovers(world: World): Promise<Leftovers> {
  const { sql, stateSql, directory } = world;
  const ranges = await sql<
    { range: string; clusterId: string | null }[]
  >`select range::text as range, cluster_id from ranges`;
  const rows = await sql<{ name: string }[]>`
    select s.name from stacks s join clusters c on c.id = s.cluster_id
    where c.deleted_at is not null and s.destroyed_at is null and s.deployed_at is not null
  `;
  const blobs = await listStateKeys(stateSql);
  const logins = (await listLogins(sql)).filter((name) => !world.logins.has(name));
  const processes = await listStepProcesses(directory);
  const files = await Promise.all([
    listFiles(world.workDir, ['compile-cache']),
    listFiles(world.temporaryDir, ['node-compile-cache']),
  ]);
  return {
    ranges: ranges.map(({ range, clusterId }) => `${range} of ${clusterId ?? 'nobody'}`),
    locks: blobs.filter((key) => key.includes('/locks/')),
    stacks: [...rows.map(({ name }) => name), ...blobs.filter(isStackFile)],
    controlPlanes: await listControlPlanes(directory),
    processes: processes.map(({ pid, program, stepKey }) => `${program} ${pid} of ${stepKey}`),
    files: files.flat(),
    logins,
  };
}

/** Every table of Pulumi's state, in whichever schema. */
async function listStateTables(stateSql: Sql): Promise<string[]> {
  const rows = await stateSql<{ schema: string }[]>`
    select schemaname as schema from pg_tables where tablename = 'pulumi_state' order by 1
  `;
  return rows.map(({ schema }) => schema);
}

async function listStateKeys(stateSql: Sql): Promise<string[]> {
  const keys: string[] = [];
  for (const schema of await listStateTables(stateSql)) {
    const rows = await stateSql<{ key: string }[]>`select key from ${stateSql(schema)}.pulumi_state order by key`;
    keys.push(...rows.map(({ key }) => key));
  }
  return keys;
}

function isStackFile(key: string): boolean {
  return key.includes('/stacks/') && key.endsWith('.json');
}

type Checkpoint = {
  checkpoint?: { latest?: { resources?: { urn: string; type: string; id?: string; custom?: boolean }[] } };
};

/** Every resource that Pulumi's state knows. */
export async function listKnownResources(stateSql: Sql): Promise<KnownResource[]> {
  const known: KnownResource[] = [];
  for (const schema of await listStateTables(stateSql)) {
    const rows = await stateSql<
      { key: string; data: { data: string } }[]
    >`select key, data from ${stateSql(schema)}.pulumi_state`;
    for (const { key, data } of rows.filter((row) => isStackFile(row.key))) {
      // The state's files are kept as JSON with their bytes in base64.
      const { checkpoint } = JSON.parse(Buffer.from(data.data, 'base64').toString('utf8')) as Checkpoint;
      for (const { urn, type, id, custom } of checkpoint?.latest?.resources ?? []) {
        if (custom !== true || id === undefined || id === '' || type.startsWith('pulumi:')) continue;
        known.push({ stack: key.split('/').at(-1) ?? key, type, id, urn });
      }
    }
  }
  return known;
}

/** Everything below a folder but what is kept on purpose; a folder with something in it is not listed itself. */
async function listFiles(folder: string, kept: readonly string[]): Promise<string[]> {
  const walk = async (path: string): Promise<string[]> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const lists = await Promise.all(
      entries
        .filter(({ name }) => !kept.includes(name))
        .map(async (entry) => {
          const inner = join(path, entry.name);
          const below = entry.isDirectory() ? await walk(inner) : [];
          return below.length > 0 || (path === folder && entry.isDirectory()) ? below : [relative(folder, inner)];
        }),
    );
    return lists.flat();
  };
  return walk(folder);
}
