// How many clusters a second are accepted, beside a bare Fastify route with one insert, in turns of one run.
// Run: node_modules/.bin/node bench/accept.ts [--idempotency] [--standing 10000] [--processes 2] [--never-analysed] [--rounds 3] [--seconds 5].
// 32 clients, several address spaces, audit and rate limits on, PostgreSQL as durable as it is. Only 202s count.

import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { LoadOrders, LoadResult } from './accept-load.ts';
import { readProcessorTimes } from './accept-processor.ts';
import { openWorld } from './accept-world.ts';

const { values } = parseArgs({
  options: {
    idempotency: { type: 'boolean', default: false },
    standing: { type: 'string', default: '0' },
    processes: { type: 'string', default: '1' },
    'never-analysed': { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    profile: { type: 'string' },
  },
});

const clients = 32;
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
const world = await openWorld({
  folder,
  processes: Number(values.processes),
  settings: values['never-analysed'] ? { autovacuum: 'off' } : {},
  profileDirectory: values.profile,
});
try {
  await world.makeStanding(Number(values.standing));
  say(
    `${Number(values.standing)} clusters stand; ${values.processes} API process(es); ${clients} clients, ${seconds} s a turn; ` +
      `load ${load()} on ${cpus().length} cores`,
  );
  // What runs for the first time is slow, here and there.
  for (let warm = 0, turn = 0; warm < 2_000 && turn < 20; turn++) {
    warm += (await measure(`warm-${turn}`, 3)).accepted;
    await sendBare(`warm-${turn}`, 1);
  }
  for (let round = 1; round <= rounds; round++) {
    const bare = await sendBare(`bare-${round}`, Math.min(3, seconds));
    const ours = await measure(`turn-${round}`, seconds);
    const [before, after] = [bare.accepted / bare.seconds, ours.accepted / ours.seconds];
    say(
      `bare ${before.toFixed(0)} a second; accepted ${after.toFixed(0)} a second, p50 ${at(ours, 0.5)} p99 ${at(ours, 0.99)} ms; ` +
        `ratio ${(after / before).toFixed(3)}; load ${load()}`,
    );
    say(
      `  µs of a processor for each: bare ${bare.processor}; accepted ${ours.processor}; ` +
        `ratio of those ${(bare.microseconds / ours.microseconds).toFixed(3)}`,
    );
    for (const [what, count] of Object.entries(ours.others).slice(0, 5)) say(`  ${count} × ${what}`);
  }
  for (const finding of await world.findFaults()) say(finding);
} finally {
  await world.close();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

function measure(prefix: string, turn: number): Promise<Measured> {
  return send({
    urls: world.urls,
    path: '/v1/clusters',
    headers: { authorization: `Bearer ${world.token}` },
    idempotency: values.idempotency,
    body: world.body,
    spaces: world.spaces,
    prefix,
    clients,
    seconds: turn,
  });
}

function sendBare(prefix: string, turn: number): Promise<Measured> {
  return send({
    urls: [world.bareUrl],
    path: '/v1/clusters',
    headers: {},
    idempotency: false,
    body: world.body,
    spaces: world.spaces,
    prefix,
    clients,
    seconds: turn,
  });
}

/** With what the servers and the clients spent on each that was accepted. */
type Measured = LoadResult & { processor: string; microseconds: number };

async function send(orders: LoadOrders): Promise<Measured> {
  const before = readProcessorTimes();
  const result = await runClients(orders);
  const each = [...readProcessorTimes()].flatMap(([name, milliseconds]) => {
    const spent = ((milliseconds - (before.get(name) ?? 0)) * 1000) / result.accepted;
    return spent < 1 ? [] : [{ name, spent }];
  });
  return {
    ...result,
    processor: each.map(({ name, spent }) => `${name} ${spent.toFixed(0)}`).join(', '),
    microseconds: each.reduce((sum, { spent }) => sum + spent, 0),
  };
}

async function runClients(orders: LoadOrders): Promise<LoadResult> {
  const worker = new Worker(new URL('accept-load.ts', import.meta.url), { workerData: orders });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

function at({ waits }: LoadResult, part: number): string {
  return (waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? Number.NaN).toFixed(1);
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '';
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
