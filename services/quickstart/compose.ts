// Brings the whole service up on loopback, and down again in reverse order.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { choosePort } from '../../toolchain/ports.mjs';
import { startPostgres } from '../../toolchain/postgres.mjs';
import type { Progress } from '../../toolchain/progress.mjs';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { startRedis } from '../../toolchain/redis.mjs';
import { makePrivateDirectory } from '../process/private-directory.ts';
import { prepareLogins, runtimeLogins } from '../store/logins.ts';
import { ensureMasterKeys } from '../vault/master-keys.ts';
import { readLogTail, startChildService, type ChildService } from './child-service.ts';
import type { QuickstartOptions } from './options.ts';

/** The running service. */
export type Composition = {
  url: string;
  /** File with the bootstrap token; only its owner can read it. */
  tokenFile: string;
  simulatorUrl: string;
  /** Path of the kubeconfig of a simulated credential's hub. Throws when it is no Karmada that stands. */
  getHubKubeconfig(credential: string): Promise<string>;
  logs: string;
  /** Rejects when a part ends by itself. */
  broken: Promise<never>;
  /** Starts the worker; the Pulumi CLI is found or built before, which may take minutes on a new machine. */
  startWorker(onProgress: (progress: Progress) => void): Promise<{ pulumi: string }>;
  stop(): Promise<void>;
};

const mainFile = (name: string): string => fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url));
/** How long a main may take to answer: the first start makes the database's schema. */
const readySeconds = 60;

async function waitUntil<T>(
  what: string,
  service: ChildService,
  log: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  let ended: string | undefined;
  void service.ended.then(({ detail }) => (ended = detail));
  for (const end = Date.now() + readySeconds * 1000; Date.now() < end; await delay(100)) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (ended !== undefined) break;
  }
  const reason = ended === undefined ? `was not ready within ${readySeconds} seconds` : `ended with ${ended}`;
  throw new Error(`${what} ${reason}; the end of ${log}:\n${await readLogTail(log)}`);
}

async function readSimulatorUrl(folder: string, pid: number): Promise<string | undefined> {
  const state = JSON.parse(await readFile(join(folder, 'simulator.json'), 'utf8')) as { url: string; pid: number };
  // The file of an earlier run may still lie there.
  return state.pid === pid ? state.url : undefined;
}

async function readHubKubeconfig(folder: string, credential: string): Promise<string> {
  const { url, adminToken } = JSON.parse(await readFile(join(folder, 'simulator.json'), 'utf8')) as {
    url: string;
    adminToken: string;
  };
  const headers = { authorization: `Bearer ${adminToken}` };
  const answer = await fetch(`${url}/v1/admin/accounts/${encodeURIComponent(credential)}/hub`, { headers });
  const { kubeconfig } = (await answer.json()) as { kubeconfig?: string | null };
  if (typeof kubeconfig === 'string') return kubeconfig;
  throw new Error(`the hub of credential ${credential} is no Karmada that stands`);
}

async function isReady(url: string): Promise<true | undefined> {
  return (await fetch(`${url}/ready`)).ok ? true : undefined;
}

/** The asked port; else that of the last start, at first 8080, while it is free; else any free one. */
async function chooseApiPort(data: string, asked: number | undefined): Promise<number> {
  const file = join(data, 'api.port');
  await writeFile(file, '8080', { flag: 'wx' }).catch(() => undefined);
  return choosePort(file, asked);
}

/** Starts the servers, the simulated clouds and the API. What was started is stopped again when a part does not come up. */
export async function compose(
  options: QuickstartOptions,
  onProgress: (progress: Progress) => void,
): Promise<Composition> {
  const data = resolve(options.data);
  const logs = join(data, 'logs');
  await makePrivateDirectory(data);
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  let breakDown: (error: Error) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => (breakDown = reject));
  broken.catch(() => undefined);

  const launch = async (
    name: string,
    environment: Record<string, string>,
    args: string[] = [],
  ): Promise<ChildService> => {
    const logFile = join(logs, `${name}.log`);
    const service = await startChildService({ name, main: mainFile(name), args, environment, logFile });
    stops.push(() => service.stop());
    void service.ended.then(async ({ expected, detail }) => {
      if (!expected)
        breakDown(new Error(`the ${name} ended with ${detail}; the end of ${logFile}:\n${await readLogTail(logFile)}`));
    });
    return service;
  };

  try {
    const simulatorData = join(data, 'simulator');
    const [postgres, redis, simulator] = await startServers({ data, onProgress, stops, breakDown, launch, options });
    const simulatorUrl = await waitUntil('the simulator', simulator, join(logs, 'simulator.log'), () =>
      readSimulatorUrl(simulatorData, simulator.pid),
    );
    const port = await chooseApiPort(data, options.port);
    const url = `http://127.0.0.1:${port}`;
    const tokenFile = join(data, 'admin.token');
    await ensureMasterKeys(join(data, 'master.key'));
    const logins = await openLogins(postgres);
    const environment = {
      REDIS_URL: redis.url,
      FLEETYARD_DATA_DIR: data,
      FLEETYARD_HOST: '127.0.0.1',
      FLEETYARD_PORT: String(port),
      FLEETYARD_TOKEN_FILE: tokenFile,
      FLEETYARD_SIMULATOR_URL: simulatorUrl,
      // For a try on one machine; an installation names the networks of its people.
      FLEETYARD_DEFAULT_ALLOWED_CIDRS: '0.0.0.0/0',
      FLEETYARD_CONCURRENCY: String(options.concurrency),
    };
    const api = await launch('api', { ...environment, ...logins.api });
    await waitUntil('the API', api, join(logs, 'api.log'), () => isReady(url));
    return {
      url,
      tokenFile,
      simulatorUrl,
      getHubKubeconfig: (credential) => readHubKubeconfig(simulatorData, credential),
      logs,
      broken,
      async startWorker(show) {
        const pulumi = await findPulumi({ onProgress: show });
        await launch('worker', { ...environment, ...logins.worker, FLEETYARD_PULUMI: pulumi.binary });
        return { pulumi: pulumi.source };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of our own server each main gets a login; of a server of somebody else's, what the environment says. */
async function openLogins({
  url,
  source,
}: {
  url: string;
  source: string;
}): Promise<Record<'api' | 'worker', Record<string, string>>> {
  if (source !== 'embedded') return { api: { DATABASE_URL: url }, worker: { DATABASE_URL: url } };
  const urls = await prepareLogins(url, 'pulumi_state');
  return {
    api: {
      DATABASE_URL: urls.api,
      FLEETYARD_MIGRATION_URL: urls.migration,
      FLEETYARD_RUNTIME_LOGINS: runtimeLogins.join(','),
      FLEETYARD_MIGRATE: 'on',
    },
    // The API has migrated before; the owner's password is none of the worker's business.
    worker: { DATABASE_URL: urls.worker, FLEETYARD_MIGRATION_URL: '', FLEETYARD_MIGRATE: 'off' },
  };
}

type Start = {
  data: string;
  options: QuickstartOptions;
  onProgress: (progress: Progress) => void;
  stops: (() => Promise<void>)[];
  breakDown: (error: Error) => void;
  launch: (name: string, environment: Record<string, string>, args?: string[]) => Promise<ChildService>;
};

/** PostgreSQL, Redis and the simulator come up side by side; each registers its end as soon as it stands. */
async function startServers({ data, options, onProgress, stops, breakDown, launch }: Start) {
  const watch = <S extends { stop(): Promise<void>; ended: Promise<string> }>(name: string, server: S): S => {
    stops.unshift(() => server.stop());
    void server.ended.then((reason) => breakDown(new Error(`${name} ended: ${reason}`)));
    return server;
  };
  const started = await Promise.allSettled([
    startPostgres({ dataDir: join(data, 'postgres'), onProgress }).then((server) => watch('PostgreSQL', server)),
    startRedis({ dataDir: join(data, 'redis'), noeviction: true, appendonly: true, onProgress }).then((server) =>
      watch('Redis', server),
    ),
    launch('simulator', {}, ['--data', join(data, 'simulator'), '--time-scale', String(options.timeScale)]),
  ] as const);
  for (const result of started) if (result.status === 'rejected') throw result.reason;
  const [postgres, redis, simulator] = started as [
    PromiseFulfilledResult<Awaited<ReturnType<typeof startPostgres>>>,
    PromiseFulfilledResult<Awaited<ReturnType<typeof startRedis>>>,
    PromiseFulfilledResult<ChildService>,
  ];
  return [postgres.value, redis.value, simulator.value] as const;
}
