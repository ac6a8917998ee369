// Starts the simulated clouds on loopback and says where they are; used by the daemon, and by tests in process.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClock } from './clock.ts';
import { Course, type CourseParts } from './course.ts';
import { Desk } from './desk.ts';
import { Faults } from './faults.ts';
import { createSimulatorServer } from './http.ts';
import { KubernetesDesk } from './kubernetes/desk.ts';
import { Ledger } from './ledger.ts';

/** Where the simulator keeps its data and how it runs. */
export type SimulatorOptions = {
  dataDir: string;
  /** The port of the last start, or any free one, when it is left out. */
  port?: number;
  /** How long clouds take, as a share of real time; 0 is at once. */
  timeScale?: number;
};

/** A running simulator. */
export type Simulator = { url: string; adminToken: string; stop(): Promise<void> };

/** What the file `simulator.json` in the data directory says. */
export type SimulatorFile = { url: string; adminToken: string; pid: number };

/** Reads where the simulator of a data directory is, or was. */
export async function findSimulatorFile(dataDir: string): Promise<SimulatorFile | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'simulator.json'), 'utf8')) as SimulatorFile;
  } catch {
    return undefined;
  }
}

/** Starts the simulator; what was under way at its last stop goes on. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { dataDir, timeScale = 0 } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const last = await findSimulatorFile(dataDir);
  if (last && (await isRunning(last))) {
    throw new Error(`a simulator already runs on ${dataDir}: ${last.url}, process ${last.pid}`);
  }
  const adminToken = last?.adminToken ?? randomBytes(24).toString('base64url');
  const stopped = new AbortController();
  const ledger = new Ledger(dataDir);
  const faults = new Faults(ledger);
  const clock = createClock(timeScale, stopped.signal);
  let host = '';
  const parts: CourseParts = { ledger, faults, clock, signal: stopped.signal, host: () => host };
  const course = new Course(parts);
  const desks = { clouds: new Desk(parts, course), kubernetes: new KubernetesDesk(parts) };
  const server = createSimulatorServer({ ...parts, desks, adminToken });
  // Endpoints of clusters carry the port, so the old one is best.
  const lastPort = last ? Number(new URL(last.url).port) : 0;
  await listen(server, options.port ?? lastPort, options.port === undefined);
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  await writeSimulatorFile(dataDir, { url, adminToken, pid: process.pid });
  course.resume();
  return {
    url,
    adminToken,
    async stop() {
      stopped.abort(new DOMException('the simulator stops', 'AbortError'));
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      // Changes that were waiting end in their own turn of the loop, and still read the ledger.
      await new Promise((resolve) => setImmediate(resolve));
      ledger.close();
    },
  };
}

/** Only the simulator of this very directory knows its administrator's token. */
async function isRunning({ url, adminToken }: SimulatorFile): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${adminToken}` };
    return (await fetch(`${url}/v1/admin/clock`, { headers, signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

async function listen(server: Server, port: number, mayMove: boolean): Promise<void> {
  try {
    await listenOn(server, port);
  } catch (error) {
    if (!mayMove || port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listenOn(server, 0);
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

async function writeSimulatorFile(dataDir: string, file: SimulatorFile): Promise<void> {
  const path = join(dataDir, 'simulator.json');
  await writeFile(`${path}.new`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
