// Many readers of events beside requests and running operations: how late events come, how long requests take, whether memory grows.
// Run: node_modules/.bin/node bench/event-readers.ts [readers] [requests a second] [seconds]. Readers are in another process than who measures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { unwrap } from '../services/contract/client.ts';
import { appendEvent } from '../services/store/events.ts';
import { at, buildRequest, openApiWorld, type ApiWorld } from './api-world.ts';

const [readers, rate, seconds] = [2_000, 300, 60].map((usual, index) => Number(process.argv[index + 2] ?? usual)) as [
  number,
  number,
  number,
];
const operations = 40;
/** Of all of them together; as many as a hundred steps under way tell. */
const eventsPerSecond = 20;

type Orders = { url: string; token: string; paths: string[]; readers: number };
/** Milliseconds from an event's own time until a reader had it. */
type Report = { open: number; delays: number[]; events: number };

if (process.send === undefined) await measureAll();
else process.once('message', (orders: Orders) => void read(orders));

/** In a process of its own: opens streams and gathers delays. */
async function read({ url, token, paths, readers: wanted }: Orders): Promise<void> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const report: Report = { open: 0, delays: [], events: 0 };
  const hold = (path: string): Promise<void> =>
    new Promise((resolve) => {
      request(`${url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
        if (response.statusCode !== 200) process.stderr.write(`${path}: ${response.statusCode}\n`);
        else report.open += 1;
        response.setEncoding('utf8').on('data', (text: string) => {
          const now = Date.now();
          for (const [, sent] of text.matchAll(/"sent":(\d+)/g)) {
            report.events += 1;
            report.delays.push(now - Number(sent));
          }
        });
        response.on('close', () => (report.open -= 1));
        resolve();
      })
        .on('error', () => resolve())
        .end();
    });
  // Not all at one moment: a portal's pages are opened one by one.
  for (let index = 0; index < wanted; index += 20) {
    await Promise.all(
      Array.from({ length: Math.min(20, wanted - index) }, (_, offset) =>
        hold(paths[(index + offset) % paths.length] ?? ''),
      ),
    );
  }
  process.send?.('open');
  process.on('message', () => {
    process.send?.(report);
    report.delays = [];
    report.events = 0;
  });
}

async function measureAll(): Promise<void> {
  const world = await openApiWorld({
    FLEETYARD_STREAMS: '5000',
    FLEETYARD_STREAMS_PER_PROJECT: '5000',
    FLEETYARD_STREAMS_PER_TOKEN: '5000',
    FLEETYARD_SOCKETS: '8000',
  });
  try {
    const ids = await addOperations(world);
    const token = await world.makeToken('reader');
    // Of twenty readers twelve follow an operation, seven a cluster, and one the project.
    const paths = Array.from({ length: 20 * operations }, (_, index) => {
      const { operation, cluster } = ids[index % operations] ?? { operation: '', cluster: '' };
      const kind = Math.floor(index / operations);
      if (kind === 0) return '/v1/events';
      return kind < 8 ? `/v1/clusters/${cluster}/events` : `/v1/operations/${operation}/events`;
    });
    const child = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' });
    child.send({ url: world.url, token, paths, readers } satisfies Orders);
    await once(child, 'message');
    say(
      `load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores; ${readers} readers, ${rate} requests and ${eventsPerSecond} events a second for ${seconds} s`,
    );
    const stopEvents = sendEvents(
      world,
      ids.map(({ operation }) => operation),
    );
    const stopRequests = sendRequests(world, token);
    const heaps: number[] = [];
    const processor = readProcessor(world.pid);
    const delays: number[] = [];
    let [events, open] = [0, 0];
    for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
      await delay(2_000);
      heaps.push(await readHeap(world));
      const told = once(child, 'message');
      child.send('report');
      const [report] = (await told) as [Report];
      delays.push(...report.delays);
      events += report.events;
      open = report.open;
    }
    const busy = (readProcessor(world.pid) - processor) / seconds;
    const waits = await stopRequests();
    await stopEvents();
    child.kill();
    describe({ delays, waits, heaps, events, open });
    say(`processor of the API: ${busy.toFixed(0)} ms a second`);
  } finally {
    await world.stop();
  }
  process.exit(0);
}

function describe(seen: { delays: number[]; waits: number[]; heaps: number[]; events: number; open: number }): void {
  const delays = seen.delays.toSorted((a, b) => a - b);
  const waits = seen.waits.toSorted((a, b) => a - b);
  const shown = (sorted: number[]): string => [0.5, 0.99, 1].map((part) => at(sorted, part).toFixed(0)).join(', ');
  say(`${seen.open} streams open at the end; ${seen.events} events were taken`);
  say(`delay of an event, p50, p99, most:   ${shown(delays)} ms`);
  say(`${waits.length} requests (${(waits.length / seconds).toFixed(0)} a second), p50, p99, most: ${shown(waits)} ms`);
  // The least of some samples: what was not collected yet is no growth.
  const half = seen.heaps.slice(Math.floor(seen.heaps.length / 2));
  const quarter = Math.max(1, Math.floor(half.length / 2));
  const [earlier, later] = [Math.min(...half.slice(0, quarter)), Math.min(...half.slice(-quarter))];
  const growth = (100 * (later - earlier)) / earlier;
  say(
    `heap in the last half: ${(earlier / 2 ** 20).toFixed(0)} to ${(later / 2 ** 20).toFixed(0)} MiB, ${growth.toFixed(1)} %`,
  );
}

async function addOperations(world: ApiWorld): Promise<{ operation: string; cluster: string }[]> {
  const ids = [];
  for (let index = 0; index < operations; index += 1) {
    const { cluster, operation } = unwrap(
      await world.client.POST('/v1/clusters', { body: { ...buildRequest(`c${index}`) } }),
    );
    ids.push({ operation: operation?.id ?? '', cluster: cluster.id });
  }
  return ids;
}

/** What steps of running operations tell. */
function sendEvents({ store, project }: ApiWorld, ids: readonly string[]): () => Promise<void> {
  let over = false;
  const run = async (): Promise<void> => {
    for (let index = 0; !over; index += 1) {
      const operationId = ids[index % ids.length] ?? '';
      await store.asProject(project, (tx) =>
        appendEvent(tx, { operationId, type: 'progress', data: { sent: Date.now(), text: 'a resource was made' } }),
      );
      await delay(1000 / eventsPerSecond);
    }
  };
  const done = run();
  return async () => {
    over = true;
    await done;
  };
}

/** Asks at a steady rate, whatever has been answered. */
function sendRequests({ url }: ApiWorld, token: string): () => Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const waits: number[] = [];
  const pending = new Set<Promise<void>>();
  let index = 0;
  const ask = (): void => {
    index += 1;
    // As portals ask: mostly for one thing.
    const one = `/v1/clusters/c${index % operations}`;
    const path =
      ({ 0: '/v1/clusters?limit=20', 5: '/v1/operations?limit=10' } as Record<number, string>)[index % 10] ?? one;
    const begin = performance.now();
    const answered = new Promise<void>((resolve) => {
      request(`${url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
        response.resume().on('end', () => {
          waits.push(performance.now() - begin);
          resolve();
        });
      })
        .on('error', () => resolve())
        .end();
    });
    pending.add(answered);
    void answered.then(() => pending.delete(answered));
  };
  const begun = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - begun) / 1000) * rate; asked < due; asked += 1) ask();
  }, 10);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    agent.destroy();
    return waits;
  };
}

/** On a busy machine it is not given more, however much it would take. */
function readProcessor(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function readHeap({ monitoringUrl }: ApiWorld): Promise<number> {
  const text = await (await fetch(`${monitoringUrl}/metrics`)).text();
  return Number(/^fleetyard_api_nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
