// What a control plane on processes costs: the time to open it, to get nodes and to start it again, and what each process takes while nothing happens.
// Run: node_modules/.bin/node bench/control-planes.ts [how many] [seconds of idleness].

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlacedPool } from '../services/simulator/clouds/control-plane.ts';
import { createLocalKind } from '../services/simulator/control-planes/local/create-kind.ts';
import type { LocalKind } from '../services/simulator/control-planes/local/kind.ts';
import { createClock } from '../services/simulator/ledger/clock.ts';
import { Ledger } from '../services/simulator/ledger/ledger.ts';

const count = Number(process.argv[2] ?? 1);
const seconds = Number(process.argv[3] ?? 30);
const [ticksPerSecond, version] = [100, '1.34.2'];
const ids = Array.from({ length: count }, (_, index) => `${index}`.padStart(24, '0'));

const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
await mkdir(folder, { recursive: true });
const ledger = new Ledger(folder);
try {
  say(`load ${load()} on ${cpus().length} cores`);
  const first = openKind();
  await inParallel('open', (id) => first.kind.open({ id, account: 'cr_bench', version }));
  await inParallel('three nodes, ready', (id) => first.kind.scale(id, describePool(3)));
  await inParallel('twenty more', (id) => first.kind.scale(id, describePool(23)));
  await measureIdleness(first.kind);
  const begun = performance.now();
  await first.stop();
  say(`stop all ${milliseconds(begun)}`);
  const second = openKind();
  await inParallel('start again on its data', (id) => second.kind.find(id));
  await inParallel('close', (id) => second.kind.close(id));
  await second.stop();
  say(`load ${load()} after`);
} finally {
  ledger.close();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

function openKind(): { kind: LocalKind; stop(): Promise<void> } {
  const stopping = new AbortController();
  const kind = createLocalKind({
    ledger,
    clock: createClock(0, stopping.signal),
    signal: stopping.signal,
    host: () => '127.0.0.1:1',
    dataDir: folder,
    report: (id, reason) => say(`${id} is lost: ${reason}`),
  });
  return {
    kind,
    async stop() {
      stopping.abort();
      await kind.stop();
    },
  };
}

function describePool(nodes: number): PlacedPool {
  const alike = { zone: 'eu-central-1a', machineType: 'm6i.large', labels: {}, taints: [] };
  return { name: 'work', provider: 'aws', region: 'eu-central-1', nodes: [{ count: nodes, ...alike }] };
}

async function inParallel(what: string, work: (id: string) => Promise<unknown>): Promise<void> {
  const each = await Promise.all(
    ids.map(async (id) => {
      const begun = performance.now();
      await work(id);
      return milliseconds(begun);
    }),
  );
  say(`${what} ${each.join(', ')}`);
}

/** RSS, its part that no file backs, and processor time over a window in which nobody asks for anything. */
async function measureIdleness(kind: LocalKind): Promise<void> {
  const processes = (await Promise.all(ids.map((id) => kind.listProcesses(id)))).flat();
  // What a start leaves behind is none of the idleness.
  await delay(seconds * 1000);
  const before = await Promise.all(processes.map(({ pid }) => readTicks(pid)));
  await delay(seconds * 1000);
  let [rss, anonymous, processor] = [0, 0, 0];
  for (const [index, { name, pid }] of processes.entries()) {
    const memory = await readMemory(pid);
    const share = (((await readTicks(pid)) - (before[index] ?? 0)) / ticksPerSecond / seconds) * 100;
    say(`  ${name}: ${memory.rss} MiB (${memory.anonymous}) / ${share.toFixed(2)} %`);
    rss += memory.rss;
    anonymous += memory.anonymous;
    processor += share;
  }
  say(
    `idle, each of ${count}: ${Math.round(rss / count)} MiB (${Math.round(anonymous / count)}) / ${(processor / count).toFixed(2)} % of a core`,
  );
}

async function readMemory(pid: number): Promise<{ rss: number; anonymous: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  return { rss: read('VmRSS'), anonymous: read('RssAnon') };
}

async function readTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function milliseconds(begun: number): string {
  return `${Math.round(performance.now() - begun)} ms`;
}

function load(): string {
  return loadavg()[0]?.toFixed(2) ?? '';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
