// How long other callers wait while somebody does their worst: wrong tokens, event streams, slow sockets; beside a quiet service, in one run.
// Run: node_modules/.bin/node bench/front-door.ts [seconds]. Whoever attacks is another thread than whoever measures.

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createClient, unwrap } from '../services/contract/client.ts';
import { startChildService } from '../services/quickstart/child-service.ts';
import { appendEvent } from '../services/store/events.ts';
import { prepareLogins, runtimeLogins } from '../services/store/logins.ts';
import { openStore } from '../services/store/open-store.ts';
import { ensureMasterKeys, readMasterKeys } from '../services/vault/master-keys.ts';
import { createTokenText } from '../services/vault/tokens.ts';
import { createVault } from '../services/vault/vault.ts';
import { startPostgres } from '../toolchain/postgres.mjs';
import { startRedis } from '../toolchain/redis.mjs';

type Attack = 'wrong tokens' | 'streams' | 'slow sockets';
type Orders = { attack: Attack; url: string; monitoringUrl: string; viewer: string; operation: string };

const wrongTokens = 400;
const streams = 200;
/** Answers that other callers should not have got, by status. */
const refusals = new Map<number, number>();
const sockets = 600;
const slowSockets = 1_000;

if (isMainThread) await measureAll(Number(process.argv[2] ?? 6));
else await attack(workerData as Orders);

/** Each attack tells once that it is under way, and goes on until the thread is ended. */
async function attack(orders: Orders): Promise<void> {
  const tell = (text: string): void => parentPort?.postMessage(text);
  if (orders.attack === 'wrong tokens') await sendWrongTokens(orders, tell);
  else if (orders.attack === 'streams') await holdStreams(orders, tell);
  else await holdSlowSockets(orders, tell);
}

/** Four hundred at once, again and again, each of an address of its own, so that all of them are looked up. */
async function sendWrongTokens({ url }: Orders, tell: (text: string) => void): Promise<void> {
  const send = (index: number): Promise<number> =>
    new Promise((resolve) => {
      const localAddress = `127.1.${Math.floor(index / 200)}.${(index % 200) + 1}`;
      const headers = { authorization: `Bearer ${createTokenText()}` };
      const agent = new Agent();
      request(`${url}/v1/clusters`, { headers, localAddress, agent })
        .on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
        .on('error', () => resolve(0))
        .end();
    });
  for (;;) {
    const begin = performance.now();
    const statuses = await Promise.all(Array.from({ length: wrongTokens }, (_, index) => send(index)));
    const refused = statuses.filter((status) => status === 401 || status === 429).length;
    tell(`${refused} of ${wrongTokens} refused in ${Math.round(performance.now() - begin)} ms`);
    await delay(Math.max(0, 1000 - (performance.now() - begin)));
  }
}

async function holdStreams({ url, viewer, operation }: Orders, tell: (text: string) => void): Promise<void> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const headers = { authorization: `Bearer ${viewer}` };
  let open = 0;
  let events = 0;
  const hold = (): Promise<void> =>
    new Promise((resolve) => {
      request(`${url}/v1/operations/${operation}/events`, { headers, agent })
        .on('response', (response) => {
          open += response.statusCode === 200 ? 1 : 0;
          response.on('data', (chunk: Buffer) => (events += chunk.toString().split('\nevent: ').length - 1));
          response.on('close', () => {
            open -= 1;
            if (open === 0) tell('all ended');
          });
          resolve();
        })
        .on('error', () => resolve())
        .end();
    });
  await Promise.all(Array.from({ length: streams }, hold));
  for (;;) {
    tell(`${open} streams open, ${events} events brought`);
    await delay(1000);
  }
}

/** More than there may be, on both ports, each with a head that never ends; who is cut off comes again. */
async function holdSlowSockets({ url, monitoringUrl }: Orders, tell: (text: string) => void): Promise<void> {
  let begun = 0;
  const hold = (target: URL): void => {
    begun += 1;
    const socket = connect(Number(target.port), target.hostname, () =>
      socket.write('GET /health HTTP/1.1\r\nhost: x\r\n'),
    );
    const drip = setInterval(() => socket.write('x: y\r\n'), 500);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        clearInterval(drip);
        setTimeout(() => hold(target), 100);
      });
    socket.resume();
  };
  for (let index = 0; index < slowSockets; index++) hold(new URL(index % 4 === 0 ? monitoringUrl : url));
  for (;;) {
    await delay(1000);
    tell(`${begun} slow connections begun`);
  }
}

/** Forty questions a second, whatever became of those before. */
async function measure(url: string, token: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const waits: number[] = [];
  const asked: Promise<void>[] = [];
  const everyMs = 25;
  const begin = performance.now();
  for (let index = 0; performance.now() - begin < seconds * 1000; index++) {
    const since = performance.now();
    asked.push(askUntilAnswered(url, token, agent).then(() => void waits.push(performance.now() - since)));
    await delay(Math.max(0, begin + index * everyMs - performance.now()));
  }
  await Promise.all(asked);
  agent.destroy();
  return waits.toSorted((a, b) => a - b);
}

/** A kept connection may be closed at the moment of the question; callers ask again, and it counts as one wait. */
async function askUntilAnswered(url: string, token: string, agent: Agent): Promise<void> {
  for (;;) {
    const status = await ask(url, token, agent);
    if (status === 200) return;
    if (status !== undefined) await delay(100);
    if (status !== undefined) refusals.set(status, (refusals.get(status) ?? 0) + 1);
  }
}

function ask(url: string, token: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/v1/clusters`, { headers: { authorization: `Bearer ${token}` }, agent })
      .on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)))
      .on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(undefined);
        else reject(error);
      })
      .end();
  });
}

function at(sorted: number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1).padStart(7);
}

async function measureAll(seconds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetyard-bench-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  const redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  await ensureMasterKeys(join(folder, 'master.key'));
  const logFile = join(folder, 'api.log');
  const logins = await prepareLogins(postgres.url, 'pulumi_state');
  const environment = {
    DATABASE_URL: logins.api,
    FLEETYARD_MIGRATION_URL: logins.migration,
    FLEETYARD_RUNTIME_LOGINS: runtimeLogins.join(','),
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: '203.0.113.0/24',
    REDIS_URL: redis.url,
    FLEETYARD_DATA_DIR: folder,
    FLEETYARD_PORT: '0',
    FLEETYARD_METRICS_PORT: '0',
    FLEETYARD_SOCKETS: String(sockets),
    FLEETYARD_STREAMS_PER_TOKEN: String(streams),
    FLEETYARD_RATE_TOKEN_READS: '1000000',
    FLEETYARD_RATE_PROJECT_READS: '1000000',
    FLEETYARD_RATE_ADDRESS: '1000000',
  };
  const main = fileURLToPath(new URL('../services/api/main.ts', import.meta.url));
  const api = await startChildService({ name: 'api', main, args: [], environment, logFile });
  try {
    const [url, monitoringUrl] = [await findInLog(logFile, 'address'), await findInLog(logFile, 'monitoring')];
    const admin = (await readFile(join(folder, 'admin.token'), 'utf8')).trim();
    const orders = { ...(await prepare(url, admin)), url, monitoringUrl };
    const vault = createVault(await readMasterKeys(join(folder, 'master.key')));
    const store = await openStore({ url: logins.api, applicationName: 'bench', vault, max: 1 });
    say(`load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores before; ${seconds} s each; p50, p99, most in ms`);
    await measure(url, orders.caller, 2);
    const watched = watchProcessor(api.pid);
    report('quiet', await measure(url, orders.caller, seconds), watched());
    for (const name of ['wrong tokens', 'streams', 'slow sockets'] as const) {
      await measureUnder(name, { orders, seconds, store, watched });
    }
    watched();
    report('quiet again', await measure(url, orders.caller, seconds), watched());
    say(`load ${loadavg()[0]?.toFixed(1)} after`);
    await store.close(1);
  } finally {
    await api.stop();
    await redis.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
  process.exit(0);
}

type Measuring = {
  orders: Prepared;
  seconds: number;
  store: Awaited<ReturnType<typeof openStore>>;
  watched: () => string;
};

/** Says how much of a processor a process used since the last time: on a busy machine, waits alone tell little. */
function watchProcessor(pid: number): () => string {
  let before = { ticks: 0, at: 0 };
  const look = (): string => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const now = { ticks: Number(fields[11]) + Number(fields[12]), at: performance.now() };
    const milliseconds = ((now.ticks - before.ticks) * 10_000) / (now.at - before.at);
    before = now;
    return `${Math.round(milliseconds)} ms of processor a second`;
  };
  look();
  return look;
}

type Prepared = Omit<Orders, 'attack'> & { caller: string; admin: string };

async function measureUnder(name: Attack, { orders, seconds, store, watched }: Measuring): Promise<void> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ...orders, attack: name } });
  let last = '';
  let allEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (allEnded = resolve));
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (text: string) => {
      if (text === 'all ended') allEnded();
      else last = text;
      resolve();
    });
    worker.on('error', reject);
  });
  const news = setInterval(() => {
    if (name !== 'streams') return;
    void store.asSystem((tx) =>
      appendEvent(tx, { operationId: orders.operation, type: 'progress', data: { text: 'on it' } }),
    );
  }, 100);
  watched();
  const waits = await measure(orders.url, orders.caller, seconds);
  report(name, waits, `${watched()}; ${last}`);
  clearInterval(news);
  if (name === 'streams') {
    const begin = performance.now();
    const client = createClient({ baseUrl: orders.url, token: orders.admin, project: 'bench' });
    await client.DELETE('/v1/tokens/{token}', { params: { path: { token: 'viewer' } } });
    await ended;
    say(
      `             all of them ended ${((performance.now() - begin) / 1000).toFixed(1)} s after their token was revoked`,
    );
  }
  await worker.terminate();
}

async function prepare(url: string, admin: string): Promise<Omit<Prepared, 'url' | 'monitoringUrl'>> {
  unwrap(await createClient({ baseUrl: url, token: admin }).POST('/v1/projects', { body: { name: 'bench' } }));
  const client = createClient({ baseUrl: url, token: admin, project: 'bench' });
  const makeToken = async (name: string): Promise<string> =>
    unwrap(await client.POST('/v1/tokens', { body: { name, role: 'viewer' } })).secret;
  unwrap(await client.POST('/v1/credentials', { body: { name: 'aws', provider: 'aws', simulated: true } }));
  const nodePools = [{ name: 'general', machine: { cpu: 2, memoryGiB: 8 }, count: { min: 1, max: 3 } }];
  const body = { name: 'web', provider: 'eks', region: 'eu-central-1', credential: 'aws', nodePools } as const;
  const change = unwrap(await client.POST('/v1/clusters', { body: { ...body, nodePools } }));
  if (change.operation === null) throw new Error('nothing was started');
  return {
    admin,
    caller: await makeToken('caller'),
    viewer: await makeToken('viewer'),
    operation: change.operation.id,
  };
}

async function findInLog(file: string, name: string): Promise<string> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const found = new RegExp(`"${name}":"(http[^"]+)"`).exec(await readFile(file, 'utf8').catch(() => ''))?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`the API did not come up:\n${await readFile(file, 'utf8')}`);
}

function report(name: string, sorted: number[], note = ''): void {
  say(
    `${name.padEnd(12)} ${at(sorted, 0.5)} ${at(sorted, 0.99)} ${at(sorted, 1)}   ${sorted.length} requests; ${note}`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
