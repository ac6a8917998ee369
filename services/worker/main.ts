// The worker process: builds its parts from the configuration, runs, and ends in phases.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { loadConfig, type Config } from '../config.ts';
import { toBackendUrl } from '../engine/backend-url.ts';
import { prepareBackend } from '../engine/prepare-backend.ts';
import { ConfigError } from '../process/config-error.ts';
import { runMain } from '../process/run-main.ts';
import { shutDownOnSignals } from '../process/shutdown.ts';
import { createOutgoingGuard } from '../outgoing/outgoing-guard.ts';
import { createDelivery } from '../queue/deliver-signals.ts';
import { checkRedis } from '../queue/redis-connection.ts';
import { openOperationProducer } from '../queue/operation-producer.ts';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { findStateFaults } from '../store/check-state-access.ts';
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
/** For each connection to close; servers that are away never answer. */
const closingSeconds = 3;
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

async function start(config: Config, logger: Logger): Promise<void> {
  const vault = await openVault(config.masterKeyFile);
  await checkRedis(config.redis.url);
  const queueOptions = { redisUrl: config.redis.url, prefix: config.redis.prefix };
  const queue = openOperationProducer({
    ...queueOptions,
    onError: (error) => logger.warn({ err: error }, 'the queue reports'),
  });
  const { url, max, reserved, limits } = config.database;
  const store = await openStore({
    url,
    max,
    reserved,
    limits,
    applicationName: 'fleetyard-worker',
    vault,
    onCommitted: createDelivery(queue, (error) =>
      logger.warn({ err: error }, 'the queue did not take what is next; the sweep will'),
    ),
  });
  const faults = await findStateFaults({ url: config.database.url, store });
  if (faults.length > 0) throw new ConfigError(faults);
  const states = await openStateAccess({ url: config.database.url, store });
  const engine = await prepareEngine(config, states);
  const context: WorkerContext = {
    store,
    queue,
    logger,
    owner: await nameOwner(),
    leaseSeconds: config.worker.leaseSeconds,
    engine,
    outgoing: createOutgoingGuard({
      privateNetworks: config.outgoing.privateNetworks,
      simulatorUrl: config.simulator.url,
    }),
    memberPatience,
    random: Math.random,
    retryScale: config.worker.retryScale,
    deadlineScale: config.worker.deadlineScale,
    now: () => new Date(),
    retention: config.retention,
  };
  const worker = await startWorker(context, { ...queueOptions, concurrency: config.worker.concurrency, sweepSeconds });
  shutDownOnSignals({
    log: logger,
    // An engine that was asked to stop finishes what the cloud is making; without the servers its lease ends that sooner.
    seconds: config.shutdownSeconds + config.worker.leaseSeconds + cancelGrace / 1000 + 5 * closingSeconds,
    exit: (code) => process.exit(code),
    phases: [
      { name: 'operations', run: () => worker.drain(config.shutdownSeconds) },
      { name: 'consumer', seconds: closingSeconds, run: () => worker.close() },
      { name: 'queue', seconds: closingSeconds, run: () => queue.close() },
      { name: 'state', seconds: closingSeconds, run: () => states.end() },
      { name: 'store', seconds: closingSeconds, run: () => store.close(1) },
    ],
  });
  logger.info({ owner: context.owner, simulator: config.simulator.url ?? null }, 'ready');
}

const redactor = createRedactor();
await runMain({ service: 'worker', load: loadConfig, redact: (line) => redactor.redactText(line), start });
