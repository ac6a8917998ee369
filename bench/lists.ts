// How long lists of a hundred take at ten thousand clusters, by what they are narrowed to and sorted by; one caller, one after another.
// Run: node_modules/.bin/node bench/lists.ts [clusters] [requests of each kind].

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import postgres from 'postgres';
import { unwrap } from '../services/contract/client.ts';
import { at, buildRequest, openApiWorld } from './api-world.ts';

const [clusters, requests] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 300)];
const world = await openApiWorld();
const backends = postgres(world.adminUrl, { max: 1 });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

try {
  await fill();
  const token = await world.makeToken('reader');
  const { items } = unwrap(await world.client.GET('/v1/clusters', { params: { query: { limit: 100 } } }));
  const middle = await findCursor(token, '', 40);
  const kinds: Record<string, string> = {
    'one cluster, by its name': `/v1/clusters/${items[50]?.name}`,
    'the first page': '/v1/clusters?limit=100',
    'a page in the middle': `/v1/clusters?limit=100&cursor=${middle}`,
    'by name': '/v1/clusters?limit=100&sort=name',
    'by name, backwards, in the middle': `/v1/clusters?limit=100&sort=-name&cursor=${await findCursor(token, '&sort=-name', 40)}`,
    'newest first': '/v1/clusters?limit=100&sort=-createdAt',
    'of a fleet': `/v1/clusters?limit=100&fleet=fleet-7`,
    'of a provider and phase': '/v1/clusters?limit=100&provider=eks&phase=ready',
    'with a label that a hundredth has': '/v1/clusters?limit=100&label=group=g7',
    'with a label that none has': '/v1/clusters?limit=100&label=none',
    'two labels and one absent': '/v1/clusters?limit=100&label=group&label=tier=edge&label=!old',
    'a part of the name that few have': '/v1/clusters?limit=100&q=bench-77',
    'a part of the name that none has': '/v1/clusters?limit=100&q=zzz&sort=name',
  };
  say(
    `${clusters} clusters, ${requests} requests each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores; p50, p99, most in ms; ms of processor a request of API and database`,
  );
  for (const [name, path] of Object.entries(kinds)) {
    for (let index = 0; index < 20; index += 1) await measureOne(path, token);
    const times: number[] = [];
    const before = { api: readProcessor([world.pid]), database: readProcessor(await listBackends()) };
    let bytes = 0;
    for (let index = 0; index < requests; index += 1) {
      const { milliseconds, length } = await measureOne(path, token);
      times.push(milliseconds);
      bytes = length;
    }
    const used = (now: number, then: number): string => ((now - then) / requests).toFixed(1).padStart(6);
    const api = used(readProcessor([world.pid]), before.api);
    const database = used(readProcessor(await listBackends()), before.database);
    const sorted = times.toSorted((a, b) => a - b);
    const shown = [0.5, 0.99, 1].map((part) => at(sorted, part).toFixed(1).padStart(7)).join('');
    say(`${name.padEnd(36)} ${shown}  ${api} ${database}   ${Math.round(bytes / 1024)} KiB`);
  }
} finally {
  agent.destroy();
  await backends.end();
  await world.stop();
}
process.exit(0);

/** One cluster that was asked for, and so many copies of it that differ in what lists ask for. */
async function fill(): Promise<void> {
  unwrap(await world.client.POST('/v1/clusters', { body: { ...buildRequest('first'), labels: { old: 'yes' } } }));
  const sql = postgres(world.adminUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`
    insert into fleets (id, project_id, name, document, spec)
    select 'fl_' || lpad(n::text, 26, '0'), '${world.project}', 'fleet-' || n, '{"name": "x", "clusters": []}', '{"clusters": []}'
    from generate_series(1, 40) n;
    insert into clusters (id, project_id, name, provider, simulated, credential_id, fleet_id, spec, document, phase, created_at)
    select 'cl_' || lpad(n::text, 26, '0'), c.project_id, 'bench-' || n, c.provider, c.simulated, c.credential_id,
      case when n % 2 = 0 then 'fl_' || lpad((n % 40 + 1)::text, 26, '0') end,
      jsonb_set(jsonb_set(c.spec, '{name}', to_jsonb('bench-' || n)), '{labels}',
        jsonb_build_object('group', 'g' || n % 100, 'tier', case when n % 3 = 0 then 'edge' else 'core' end)),
      c.document, case when n % 5 = 0 then 'ready' else 'creating' end, now() + n * interval '1 millisecond'
    from clusters c, generate_series(1, ${clusters}) n where c.name = 'first';
    insert into operations (id, project_id, resource_kind, resource_id, kind, state, generation, input, position, finished_at)
    select 'op_' || lpad((n * 4 + k)::text, 26, '0'), '${world.project}', 'cluster', 'cl_' || lpad(n::text, 26, '0'), 'update',
      'succeeded', 1, o.input, k, now()
    from operations o, generate_series(1, ${clusters}) n, generate_series(1, 3) k
    where o.project_id = '${world.project}' and o.kind = 'create' and length(o.id) = 29 and o.id !~ '^op_0{10}';
  `);
  await sql.unsafe('analyze');
  await sql.end();
}

async function findCursor(secret: string, query: string, pages: number): Promise<string> {
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const { text } = await read(`/v1/clusters?limit=100${query}${cursor === '' ? '' : `&cursor=${cursor}`}`, secret);
    cursor = (JSON.parse(text) as { nextCursor: string }).nextCursor;
  }
  return cursor;
}

async function measureOne(path: string, secret: string): Promise<{ milliseconds: number; length: number }> {
  const begin = performance.now();
  const { status, text } = await read(path, secret);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return { milliseconds: performance.now() - begin, length: text.length };
}

function read(path: string, secret: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(world.url + path, { agent, headers: { authorization: `Bearer ${secret}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

/** On a busy machine waits tell little: what a request costs tells what it would take on a quiet one. */
function readProcessor(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * 10;
}

async function listBackends(): Promise<number[]> {
  const rows = await backends<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name like 'fleetyard-api%' order by pid
  `;
  return rows.map(({ pid }) => pid);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
