// A host of a test's own: a network namespace and, for its worker, a PID namespace. Nothing of the machine's network is touched:
// what leads out are Unix sockets, and the way to PostgreSQL has a cable between two namespaces that can be pulled.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { readLogTail } from '../../services/quickstart/child-service.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { waitFor } from '../helpers/wait.ts';
import type { Passage } from './relay.ts';

/** A host with one worker. */
export type TestHost = {
  /** The worker, as this machine sees it; on its own host it is process 1. */
  workerPid: number;
  /** Drops every packet between the host and PostgreSQL, without a word to either. */
  pullCable(): Promise<void>;
  plugCable(): Promise<void>;
  readLog(): Promise<string>;
};

/** How a host is made. */
export type HostOptions = {
  name: string;
  /** What the worker is told; its servers are reached through the host's own network. */
  environment: Record<string, string>;
  /** Arguments of Node before the worker's main. */
  nodeArguments?: string[];
};

const run = promisify(execFile);
const worker = fileURLToPath(new URL('../../services/worker/main.ts', import.meta.url));
const relay = fileURLToPath(new URL('./relay.ts', import.meta.url));
const guard = fileURLToPath(new URL('../../toolchain/end-with-parent.mjs', import.meta.url));
/** Addresses of the two ends of the cable; seen by these two namespaces alone. */
const [serverEnd, hostEnd] = ['10.231.0.1', '10.231.0.2'];

/** Why hosts can't be made here; undefined where they can. */
export function findObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'hosts need root on Linux';
  try {
    const probe = 'ip link add cable type veth peer name other';
    execFileSync('unshare', ['--net', '--pid', '--fork', '--mount-proc', ...probe.split(' ')], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no namespaces can be made here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}

/** Runs `ip` in the network namespace of a process. */
async function ip(pid: number, ...commands: string[]): Promise<void> {
  for (const command of commands) await run('nsenter', ['--target', String(pid), '--net', 'ip', ...command.split(' ')]);
}

/** A Unix socket, which every namespace reaches by its path, in front of a server on this machine's loopback. */
async function openSocket(t: Test, directory: string, url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const path = join(directory, `${port}.sock`);
  const server = createServer((socket) => {
    const inner = connect(Number(port), hostname);
    for (const [side, other] of [
      [socket, inner],
      [inner, socket],
    ] as const)
      side.on('error', () => other.destroy()).on('close', () => other.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => server.close());
  return path;
}

/** A network namespace that lives as long as its relay. */
async function startRelay(t: Test, passages: Passage[]): Promise<number> {
  const child = spawn('unshare', ['--net', process.execPath, relay, JSON.stringify(passages)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => endProcess(child));
  await once(child.stdout, 'data');
  return child.pid as number;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Lays a cable between two namespaces. What the host knows of the other end stays, so that a pulled cable looks like silence. */
async function layCable(server: number, host: number): Promise<void> {
  await ip(server, `link add cable type veth peer name cable netns ${host}`);
  await ip(server, `addr add ${serverEnd}/30 dev cable`, 'link set cable up');
  await ip(host, `addr add ${hostEnd}/30 dev cable`, 'link set cable up');
  const { stdout } = await run('nsenter', ['--target', String(server), '--net', 'ip', '-j', 'link', 'show', 'cable']);
  const address = (JSON.parse(stdout) as { address: string }[])[0]?.address;
  await ip(host, `neigh replace ${serverEnd} lladdr ${address} dev cable nud permanent`);
}

async function startWorker(t: Test, host: number, options: HostOptions & { logFile: string }) {
  const log = await open(options.logFile, 'a');
  const { DATABASE_URL = '', FLEETYARD_DATA_DIR = '', ...environment } = options.environment;
  const database = new URL(DATABASE_URL);
  database.hostname = serverEnd;
  const child = spawn(
    'nsenter',
    [
      ...['--target', String(host), '--net'],
      ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...[process.execPath, '--import', guard, ...(options.nodeArguments ?? []), worker],
    ],
    {
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      env: {
        ...process.env,
        FLEETYARD_MASTER_KEY_FILE: join(FLEETYARD_DATA_DIR, 'master.key'),
        ...environment,
        DATABASE_URL: database.href,
        FLEETYARD_DATA_DIR: join(FLEETYARD_DATA_DIR, options.name),
      },
    },
  );
  // Whatever state it is in: the end of process 1 is the end of its namespace.
  t.teardown(() => endProcess(child));
  await log.close();
  const workerPid = await waitFor('the worker', async () => {
    if (child.exitCode !== null) throw new Error(await readLogTail(options.logFile));
    return Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()) || undefined;
  });
  await waitFor('the worker to be ready', async () => {
    if (child.exitCode !== null) throw new Error(await readLogTail(options.logFile));
    return (await readFile(options.logFile, 'utf8')).includes('"msg":"ready"');
  });
  return workerPid;
}

/** Starts a host with a worker; both are gone at teardown. */
export async function startHost(t: Test, options: HostOptions): Promise<TestHost> {
  const { environment, name } = options;
  const directory = await createTestDirectory(t);
  const lead = async (url = '', host = '127.0.0.1'): Promise<Passage> => ({
    host,
    port: Number(new URL(url).port),
    path: await openSocket(t, directory, url),
  });
  // Clusters are reached at loopback addresses of the simulator, so it has to be there.
  const host = await startRelay(t, [
    await lead(environment['REDIS_URL']),
    await lead(environment['FLEETYARD_SIMULATOR_URL']),
  ]);
  const server = await startRelay(t, [await lead(environment['DATABASE_URL'], '0.0.0.0')]);
  await layCable(server, host);
  await mkdir(join(environment['FLEETYARD_DATA_DIR'] ?? '', name), { recursive: true });
  const logFile = join(directory, `${name}.log`);
  const workerPid = await startWorker(t, host, { ...options, logFile });
  return {
    workerPid,
    pullCable: () => ip(server, 'link set cable down'),
    plugCable: () => ip(server, 'link set cable up'),
    readLog: () => readLogTail(logFile, 15),
  };
}
