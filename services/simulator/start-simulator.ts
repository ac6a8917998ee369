// Starts the simulated clouds on loopback and says where they are; used by the daemon, and by tests in process.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { ControlPlanes } from './control-planes/control-planes.ts';
import { Hubs } from './control-planes/local/hub/hubs.ts';
import type { KindTable } from './control-planes/kind.ts';
import { KINDS } from './control-planes/kinds.ts';
import { ObjectService } from './control-planes/kubernetes/object-service.ts';
import { ResourceLifecycle } from './daemon/resource-lifecycle.ts';
import { ResourceService } from './daemon/resource-service.ts';
import { createSimulatorServer } from './daemon/server.ts';
import { createClock } from './ledger/clock.ts';
import { Faults } from './ledger/faults.ts';
import { Ledger, type OnRecord } from './ledger/ledger.ts';
import { findSimulatorFile, writeSimulatorFile, type SimulatorFile } from './ledger/simulator-file.ts';

/** Where the simulator keeps its data and how it runs. */
export type SimulatorOptions = {
  dataDir: string;
  /** The port of the last start, or any free one, when it is left out. */
  port?: number;
  /** How long clouds take, as a share of real time; 0 is at once. */
  timeScale?: number;
  /** The kinds of control planes that accounts may have. */
  kinds?: KindTable;
  /** The time, for tests that let it pass. */
  now?: () => Date;
  /** Hears of each write of the ledger; for tests that let somebody die there. */
  onRecord?: OnRecord;
};

/** A running simulator. */
export type Simulator = { url: string; adminToken: string; stop(): Promise<void> };

/** Starts the simulator; what was under way at its last stop goes on. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { dataDir, timeScale = 0, kinds = KINDS } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const last = await findSimulatorFile(dataDir);
  if (last && (await isRunning(last))) {
    throw new Error(`a simulator already runs on ${dataDir}: ${last.url}, process ${last.pid}`);
  }
  const adminToken = last?.adminToken ?? randomBytes(24).toString('base64url');
  const stopped = new AbortController();
  const ledger = new Ledger(dataDir, options.onRecord);
  const faults = new Faults(ledger);
  const clock = createClock(timeScale, stopped.signal, options.now);
  let host = '';
  const base = { ledger, faults, clock, signal: stopped.signal };
  const placed = { ...base, host: () => host, dataDir: await realpath(dataDir) };
  const hubs = new Hubs(placed);
  const planes = new ControlPlanes(
    {
      ...placed,
      report: (id, reason) => lifecycle.loseControlPlane(id, reason),
    },
    kinds,
  );
  const parts = { ...base, planes };
  const lifecycle = new ResourceLifecycle(parts);
  const services = { clouds: new ResourceService(parts, lifecycle), kubernetes: new ObjectService(base) };
  const { server, closeAll } = createSimulatorServer({ ...parts, hubs, services, adminToken });
  // Endpoints of clusters carry the port, so the old one is best.
  const lastPort = last ? Number(new URL(last.url).port) : 0;
  await listen(server, options.port ?? lastPort, options.port === undefined);
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  await writeSimulatorFile(dataDir, { url, adminToken, pid: process.pid });
  lifecycle.resume();
  hubs.resume();
  return {
    url,
    adminToken,
    async stop() {
      stopped.abort(new DOMException('the simulator stops', 'AbortError'));
      closeAll();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      // Changes that were waiting end in their own turn of the loop, and still read the ledger.
      await lifecycle.settle();
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([planes.stop(), hubs.stop()]);
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
