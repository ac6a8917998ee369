// How long after its 202 a cluster's first engine process starts, on a worker that has nothing else to do, and how long until the CLI does.
// Run: node_modules/.bin/node bench/accepted-to-engine.ts [rounds]. Starts are those that the kernel noted, to a hundredth of a second.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, unwrap, type FleetyardClient } from '../services/contract/client.ts';
import { readStepKey } from '../services/engine/processes.ts';
import { compose } from '../services/quickstart/compose.ts';

const rounds = Number(process.argv[2] ?? 10);
const ticksPerSecond = 100;
const patienceMilliseconds = 60_000;

type Started = { runner: number; cli: number };

/** When a process started, in milliseconds from now. */
async function readStart(pid: string): Promise<number> {
  const [stat, uptime] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/uptime', 'utf8')]);
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return (ticks / ticksPerSecond - Number(uptime.split(' ')[0])) * 1000;
}

/** Waits for the runner and the CLI of an operation, which were not there before; gives when each started, on the clock of `performance`. */
async function awaitProcesses(operation: string, before: ReadonlySet<string>): Promise<Started> {
  const found: Partial<Started> = {};
  const end = performance.now() + patienceMilliseconds;
  while (performance.now() < end) {
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || before.has(pid)) continue;
      if (!(await readStepKey(pid))?.startsWith(`${operation}.`)) continue;
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const name = command.includes('/engine/runner.ts') ? 'runner' : 'cli';
      const start = await readStart(pid).catch(() => undefined);
      if (start !== undefined && command !== '') found[name] ??= performance.now() + start;
    }
    if (found.runner !== undefined && found.cli !== undefined) return found as Started;
    await delay(20);
  }
  throw new Error(`no engine of ${operation} started within ${patienceMilliseconds} ms`);
}

async function awaitRest(client: FleetyardClient, operation: string): Promise<void> {
  const params = { path: { operation } };
  const atWork = new Set(['queued', 'running', 'waiting', 'cancelling', 'interrupted']);
  while (atWork.has(unwrap(await client.GET('/v1/operations/{operation}', { params })).state)) await delay(200);
}

async function measureOnce(client: FleetyardClient, credential: string, round: number): Promise<Started> {
  const before = new Set(await readdir('/proc'));
  const created = await client.POST('/v1/clusters', {
    body: {
      name: `bench-${round}`,
      provider: 'eks',
      region: 'eu-central-1',
      credential,
      kubernetesVersion: '1.35',
      nodePools: [{ name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 1, max: 3 } }],
    },
  });
  const accepted = performance.now();
  const operation = /[^/]+$/.exec(created.response.headers.get('location') ?? '')?.[0] ?? '';
  if (created.response.status !== 202) throw new Error(`the answer was ${created.response.status}`);
  const { runner, cli } = await awaitProcesses(operation, before);
  // What matters has happened; the worker is to be idle again.
  await client.POST('/v1/operations/{operation}/cancel', { params: { path: { operation } } });
  await awaitRest(client, operation);
  return { runner: runner - accepted, cli: cli - accepted };
}

function describe(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(0);
  return `p50 ${at(0.5)} ms, least ${at(0)} ms, most ${at(1)} ms`;
}

const data = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
const options = { request: '', once: true, json: true, clean: false, kubernetes: false, help: false, port: undefined };
const composition = await compose({ ...options, data, timeScale: 0, concurrency: 2 }, () => undefined);
try {
  await composition.startWorker(() => undefined);
  const token = (await readFile(composition.tokenFile, 'utf8')).trim();
  unwrap(await createClient({ baseUrl: composition.url, token }).POST('/v1/projects', { body: { name: 'bench' } }));
  const client = createClient({ baseUrl: composition.url, token, project: 'bench' });
  const body = { name: 'aws', provider: 'aws', simulated: true } as const;
  const { id: credential } = unwrap(await client.POST('/v1/credentials', { body }));
  const started: Started[] = [];
  // The first makes the project's state and fills caches.
  for (let round = 0; round <= rounds; round += 1) {
    const measured = await measureOnce(client, credential, round);
    if (round > 0) started.push(measured);
  }
  process.stdout.write(`202 to the runner  ${describe(started.map(({ runner }) => runner))}  (target p50 100 ms)\n`);
  process.stdout.write(`202 to the CLI     ${describe(started.map(({ cli }) => cli))}\n`);
  process.stdout.write(`${rounds} clusters, one after the other; load ${loadavg()[0]?.toFixed(1)}\n`);
} finally {
  await composition.stop();
  await rm(data, { recursive: true, force: true });
}
process.exit(0);
