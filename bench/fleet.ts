// A fleet whose clouds take their minutes: how near its time comes to what the slowest cluster and the processors leave, and its peak of memory.
// Run: node_modules/.bin/node bench/fleet.ts [clusters] [scale of the clouds' time]. One cluster alone comes first; all is of one run.

import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, unwrap, type FleetyardClient } from '../services/contract/client.ts';
import type { Schemas } from '../services/contract/schemas.ts';
import { compose } from '../services/quickstart/compose.ts';
import { readProcessorSeconds } from './engine/processor-time.ts';

const clusters = Number(process.argv[2] ?? 100);
const timeScale = Number(process.argv[3] ?? 0.1);
const ticksPerSecond = 100;
/** Clouds have quotas; a fleet is spread over accounts. One of each of three clouds. */
const clustersOfAccount = 9;
const providers = [
  { provider: 'eks', region: 'eu-central-1', cloud: 'aws' },
  { provider: 'aks', region: 'westeurope', cloud: 'azure' },
  { provider: 'gke', region: 'europe-west1', cloud: 'gcp' },
] as const;

/** Processor seconds of the whole machine that were not idle; others work on it, too. */
function readMachineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    ?.split(/\s+/)
    .slice(1)
    .map(Number) as number[];
  return (user + nice + system + irq + softirq) / ticksPerSecond;
}

/** Megabytes of every process that was told of the folder: the service, and the steps with their plugins. */
async function weighAll(folder: string): Promise<{ all: number; steps: number; runners: number }> {
  const sum = { all: 0, steps: 0, runners: 0 };
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const environment = await read('environ');
    if (!environment.includes(folder)) continue;
    const size = Number(/^Pss:\s+(\d+) kB$/m.exec(await read('smaps_rollup'))?.[1] ?? 0) / 1024;
    sum.all += size;
    if (!environment.includes('FLEETYARD_STEP=')) continue;
    sum.steps += size;
    if ((await read('cmdline')).includes('/engine/runner.ts')) sum.runners += 1;
  }
  return sum;
}

function buildMember(index: number): Schemas['FleetCluster'] {
  const { provider, region, cloud } = providers[index % providers.length] as (typeof providers)[number];
  return {
    name: `member-${index}`,
    provider,
    region,
    credential: `${cloud}-${Math.floor(index / clustersOfAccount)}`,
    nodePools: [{ name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 1, max: 3 } }],
  };
}

/** Sends a fleet and waits for its end; returns the seconds that took. */
async function runFleet(client: FleetyardClient, name: string, members: Schemas['FleetCluster'][]): Promise<number> {
  const begin = performance.now();
  const created = await client.POST('/v1/fleets', {
    body: {
      name,
      network: { pools: { nodes: '10.0.0.0/10', pods: '100.64.0.0/10', services: '172.16.0.0/12' } },
      defaults: { kubernetesVersion: '1.35' },
      clusters: members,
    },
  });
  unwrap(created);
  const operation = /[^/]+$/.exec(created.response.headers.get('location') ?? '')?.[0] ?? '';
  for (;;) {
    const { state, error } = unwrap(
      await client.GET('/v1/operations/{operation}', { params: { path: { operation } } }),
    );
    if (state === 'succeeded') return (performance.now() - begin) / 1000;
    if (['failed', 'cancelled', 'needs_attention'].includes(state))
      throw new Error(`the fleet ${name} is ${state}: ${JSON.stringify(error)}`);
    await delay(250);
  }
}

function print(name: string, text: string): void {
  process.stdout.write(`${name.padEnd(30)} ${text}\n`);
}

async function measure(folder: string) {
  process.env['FLEETYARD_PROJECT_RUNNING'] = '1000';
  process.env['FLEETYARD_CREDENTIAL_RUNNING'] = '1000';
  const options = {
    request: '',
    once: true,
    json: true,
    clean: false,
    kubernetes: false,
    help: false,
    port: undefined,
  };
  const composition = await compose({ ...options, data: folder, timeScale, concurrency: 1000 }, () => undefined);
  let watching = true;
  const peak = { all: 0, steps: 0, runners: 0 };
  try {
    await composition.startWorker(() => undefined);
    const token = (await readFile(composition.tokenFile, 'utf8')).trim();
    unwrap(await createClient({ baseUrl: composition.url, token }).POST('/v1/projects', { body: { name: 'bench' } }));
    const client = createClient({ baseUrl: composition.url, token, project: 'bench' });
    for (const { cloud } of providers)
      for (let index = 0; index <= Math.floor(clusters / clustersOfAccount); index += 1)
        unwrap(
          await client.POST('/v1/credentials', {
            body: { name: `${cloud}-${index}`, provider: cloud, simulated: true },
          }),
        );
    const alone = await runFleet(client, 'alone', [{ ...buildMember(0), name: 'alone' }]);
    const watch = async (): Promise<void> => {
      while (watching) {
        const now = await weighAll(folder);
        for (const key of ['all', 'steps', 'runners'] as const) peak[key] = Math.max(peak[key], now[key]);
        await delay(5_000);
      }
    };
    const watched = watch();
    const before = readMachineSeconds();
    const wall = await runFleet(
      client,
      'many',
      Array.from({ length: clusters }, (_, index) => buildMember(index)),
    );
    const machine = readMachineSeconds() - before;
    watching = false;
    await watched;
    return { alone, wall, machine, peak };
  } finally {
    watching = false;
    await composition.stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
try {
  const before = readProcessorSeconds();
  const { alone, wall, machine, peak } = await measure(folder);
  // Processes count once they have ended, with all that they had started.
  const processor = readProcessorSeconds() - before;
  const cores = availableParallelism();
  const free = Math.max(0.1, cores - Math.max(0, machine - processor) / wall);
  const [bound, left] = [Math.max(alone, processor / cores), Math.max(alone, processor / free)];
  print('clusters, scale of time', `${clusters}, ${timeScale}; load ${loadavg()[0]?.toFixed(1)} on ${cores} cores`);
  print('one cluster alone', `${alone.toFixed(0)} s`);
  print('the fleet', `${wall.toFixed(0)} s, ${processor.toFixed(0)} processor seconds in all`);
  print('fleet / bound', `${(wall / bound).toFixed(2)}  (target 1.20; bound ${bound.toFixed(0)} s)`);
  print(
    'the same with the cores left',
    `${(wall / left).toFixed(2)}  (others took ${(cores - free).toFixed(1)} cores)`,
  );
  print('peak of memory', `${peak.all.toFixed(0)} MB, ${peak.steps.toFixed(0)} of it by ${peak.runners} steps`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
