// What 10,000 clusters at rest cost: a sweep, lists of 100, and the end of one of 200 children.
// Run: node_modules/.bin/node bench/standing.ts [clusters].

import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, unwrap } from '../services/contract/client.ts';
import type { Schemas } from '../services/contract/schemas.ts';
import { claimOperation, expireLeases, listLostJobs } from '../services/store/leases.ts';
import { countOpenOperations } from '../services/store/operation-counts.ts';
import { openStore, type Store } from '../services/store/open-store.ts';
import { deleteOldOperations, deleteOldSnapshots } from '../services/store/retention.ts';
import { finishOperation, waitForChildren } from '../services/store/settle-operation.ts';
import { openVault } from '../services/vault/vault.ts';
import { openWorld, request, type World } from './accept-world.ts';

const clusters = Number(process.argv[2] ?? 10_000);
const siblings = 200;
const lists = 300;
const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
const world = await openWorld({ folder, processes: 1 });
try {
  await world.makeStanding(clusters);
  say(`${clusters} clusters stand; load ${load()} on ${cpus().length} cores`);
  const vault = await openVault(world.masterKeyFile);
  const store = await openStore({ url: world.workerUrl, applicationName: 'bench', vault });
  try {
    await measureSweeps(store);
    await measureLists(world);
    await measureEnds(world, store);
  } finally {
    await store.close(1);
  }
  say(`load ${load()} after`);
} finally {
  await world.close();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

/** All that a worker's round of sweeps asks the database. */
async function measureSweeps(store: Store): Promise<void> {
  const keeping = { days: 90, kept: 100 };
  const sweep = async (): Promise<void> => {
    await store.asSystem((tx) => expireLeases(tx));
    await store.asSystem((tx) => listLostJobs(tx));
    await store.asSystem((tx) => countOpenOperations(tx));
    await store.asSystem((tx) => deleteOldOperations(tx, keeping));
    await store.asSystem((tx) => deleteOldSnapshots(tx, keeping));
  };
  report('sweep', await repeat(20, sweep));
}

async function measureLists({ url, token }: World): Promise<void> {
  const client = createClient({ baseUrl: url, token });
  let cursor: string | undefined;
  const listClusters = async (): Promise<void> => {
    const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
    cursor = unwrap(await client.GET('/v1/clusters', { params: { query } })).nextCursor ?? undefined;
  };
  const listOperations = async (): Promise<void> => {
    unwrap(await client.GET('/v1/operations', { params: { query: { limit: 100 } } }));
  };
  await repeat(50, listClusters);
  report('100 clusters', await repeat(lists, listClusters));
  await repeat(20, listOperations);
  report('100 operations', await repeat(lists, listOperations));
}

/** The ends of the children of one fleet, one after the other. */
async function measureEnds({ url, token }: World, store: Store): Promise<void> {
  const client = createClient({ baseUrl: url, token });
  const { addressSpace: _own, ...member } = request;
  const members = Array.from({ length: siblings }, (_, index): Schemas['FleetCluster'] => ({
    ...member,
    name: `child-${index}`,
  }));
  const since = performance.now();
  const body = { name: 'children', addressSpace: 'space-0', clusters: members };
  const made = unwrap(await client.POST('/v1/fleets', { body }));
  say(`a fleet of ${siblings} was accepted in ${(performance.now() - since).toFixed(0)} ms`);
  if (made.operation === null) throw new Error('nothing was started');
  const claim = async (id: string) => {
    const row = await store.asSystem((tx) => claimOperation(tx, { id, owner: 'bench', leaseSeconds: 600 }));
    if (row === undefined) throw new Error(`${id} cannot be claimed`);
    return { operationId: id, fence: row.fence };
  };
  const parent = await claim(made.operation.id);
  await store.asSystem((tx) => waitForChildren(tx, parent));
  const children = [...made.children];
  const waits = await repeat(children.length, async (index) => {
    const lease = await claim(children[index]?.id ?? '');
    const begin = performance.now();
    await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
    return performance.now() - begin;
  });
  report(`end of a child of ${siblings}`, waits);
}

/** How long each took; what measures itself says so. */
async function repeat(times: number, work: (index: number) => Promise<number | void>): Promise<number[]> {
  const waits: number[] = [];
  for (let index = 0; index < times; index++) {
    const begin = performance.now();
    waits.push((await work(index)) ?? performance.now() - begin);
  }
  return waits.toSorted((a, b) => a - b);
}

function report(name: string, sorted: readonly number[]): void {
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1).padStart(7);
  say(`${name.padEnd(24)} p50 ${at(0.5)} p99 ${at(0.99)} most ${at(1)} ms; load ${load()}`);
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '';
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
