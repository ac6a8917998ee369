// The worker process: builds its parts from the configuration, runs, and ends in phases.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { loadConfig, type Config } from '../config.ts';
import { toBackendUrl } from '../engine/backend-url.ts';
import { prepareBackend } from '../engine/prepare-backend.ts';
import { checkRedis } from '../queue/redis-connection.ts';
import { openOperationProducer } from '../queue/operation-producer.ts';
import { installSimulatedHome } from '../simulator/install-home.ts';
import { openStore } from '../store/open-store.ts';
import { openStateAccess, type StateAccess } from '../store/state-access.ts';
import { createRedactor } from '../vault/redact.ts';
import { openVault } from '../vault/vault.ts';
import type { WorkerContext } from './context.ts';
import { nameOwner } from './name-owner.ts';
import { startWorker } from './start-worker.ts';

/** Seconds between two sweeps: what Redis lost waits no longer than this. */
const sweepSeconds = 5;
/** Milliseconds from a cancel to the kill; clouds finish most creates within it. */
const cancelGrace = 15 * 60_000;
/** A hub looks at a new member within seconds; a slow network may take minutes. */
const memberPatience = { everySeconds: 1, forSeconds: 300 };

async function prepareEngine(config: Config, states: StateAccess): Promise<WorkerContext['engine']> {
  const { binary } = config.pulumi.binary === undefined ? await findPulumi({}) : { binary: config.pulumi.binary };
  await mkdir(config.worker.workDir, { recursive: true, mode: 0o700 });
  await mkdir(config.pulumi.home, { recursive: true, mode: 0o700 });
  if (config.simulator.url !== undefined) {
    await installSimulatedHome({ home: config.pulumi.simulatedHome, node: process.execPath });
  }
  const home = config.simulator.url === undefined ? config.pulumi.home : config.pulumi.simulatedHome;
  const prepare = (url: string): Promise<void> =>
    prepareBackend({ binary, home, backendUrl: toBackendUrl(url), environment: config.runnerEnvironment });
  return {
    binary,
    homes: { real: config.pulumi.home, simulated: config.pulumi.simulatedHome },
    async openState(holder) {
      const { url, close } = await states.open(holder, prepare);
      return { backendUrl: toBackendUrl(url), close };
    },
    sweepStates: () => states.sweep(),
    workDir: config.worker.workDir,
    simulatorUrl: config.simulator.url,
    // Half a second less for each runner: most of its start is compiling the SDKs.
    environment: { NODE_COMPILE_CACHE: join(config.worker.workDir, 'compile-cache'), ...config.runnerEnvironment },
    cancelGrace,
    settlePause: config.worker.settleSeconds * 1000,
  };
}

async function main(): Promise<void> {
  const config = loadConfig();
  const redactor = createRedactor();
  const logger = pino({
    level: config.log.level,
    base: { service: 'worker', pid: process.pid },
    hooks: { streamWrite: (line) => redactor.redactText(line) },
  });
  const vault = await openVault(config.masterKeyFile);
  const store = await openStore({
    url: config.database.url,
    applicationName: 'fleetyard-worker',
    max: config.database.max,
    vault,
  });
  await checkRedis(config.redis.url);
  const queueOptions = { redisUrl: config.redis.url, prefix: config.redis.prefix };
  const queue = openOperationProducer({
    ...queueOptions,
    onError: (error) => logger.warn({ err: error }, 'the queue reports'),
  });
  const states = await openStateAccess({ url: config.database.url, store });
  const engine = await prepareEngine(config, states);
  const context: WorkerContext = {
    store,
    queue,
    logger,
    owner: await nameOwner(),
    leaseSeconds: config.worker.leaseSeconds,
    engine,
    memberPatience,
    random: Math.random,
    retryScale: config.worker.retryScale,
    now: () => new Date(),
  };
  const worker = await startWorker(context, { ...queueOptions, concurrency: config.worker.concurrency, sweepSeconds });
  logger.info({ owner: context.owner, simulator: config.simulator.url ?? null }, 'ready');

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    // A second signal does not wait for anybody: leases run out and another worker goes on.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    await worker.stop(config.shutdownSeconds);
    await queue.close();
    await states.end();
    await store.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
}

await main();
