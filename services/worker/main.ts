// The worker process: builds its parts from the configuration, runs, and ends in phases.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { listMissingPlugins } from '../../toolchain/plugins.mjs';
import { findPulumi } from '../../toolchain/pulumi.mjs';
import { loadConfig, type Config } from '../config.ts';
import { toBackendUrl } from '../engine/backend-url.ts';
import { findVersionFault } from '../engine/check-version.ts';
import { readKnownState, stateKeyOf } from '../engine/known-state.ts';
import { prepareBackend } from '../engine/prepare-backend.ts';
import { isFleetyardError } from '../domain/errors.ts';
import { createMonitoringGate, openMonitoring, readMonitoringToken } from '../http/monitoring.ts';
import { checkReadiness, type Readiness } from '../http/readiness.ts';
import { awaitServer } from '../process/await-server.ts';
import { ConfigError } from '../process/config-error.ts';
import { tightenDirectory } from '../process/private-directory.ts';
import { runMain } from '../process/run-main.ts';
import { shutDownOnSignals } from '../process/shutdown.ts';
import { createOutgoingGuard } from '../outgoing/outgoing-guard.ts';
import { createDelivery } from '../queue/deliver-signals.ts';
import { checkRedis } from '../queue/redis-connection.ts';
import { openOperationProducer } from '../queue/operation-producer.ts';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { announceKeys } from '../store/master-keys.ts';
import { findLoginFaults } from '../store/check-login.ts';
import { findStateFaults } from '../store/check-state-access.ts';
import { openStore } from '../store/open-store.ts';
import { countWaiting } from '../store/operation-counts.ts';
import { openStateAccess, type StateAccess } from '../store/state-access.ts';
import { openTracing } from '../tracing/open-tracing.ts';
import { createRedactor } from '../vault/redact.ts';
import { openStackKeys } from '../vault/stack-keys.ts';
import { openVault } from '../vault/vault.ts';
import type { WorkerContext } from './context.ts';
import { createWorkerMetrics } from './metrics.ts';
import { nameOwner } from './name-owner.ts';
import { startPulse } from './pulse.ts';
import { openRoom } from './room.ts';
import { openUsers } from './open-users.ts';
import { startWorker } from './start-worker.ts';
import { cancelGrace, closingSeconds, getStopSeconds } from './stop-deadline.ts';

/** Seconds between two sweeps: what Redis lost waits no longer than this. */
const sweepSeconds = 5;
/** A hub looks at a new member within seconds; a slow network may take minutes. */
const memberPatience = { everySeconds: 1, forSeconds: 300 };
/** Replacements have to be healthy first, which images that are pulled may hold up. */
const drainPatience = { everySeconds: 1, forSeconds: 300 };

async function prepareEngine(config: Config, states: StateAccess, logger: Logger): Promise<WorkerContext['engine']> {
  const found = config.pulumi.binary === undefined ? await findPulumi({}) : { binary: config.pulumi.binary };
  const fault = await findVersionFault(found.binary);
  if (fault !== undefined) logger.warn({ binary: found.binary, fault }, 'the Pulumi CLI does not fit its SDK');
  await tightenDirectory(config.dataDir);
  await mkdir(config.worker.workDir, { recursive: true, mode: 0o700 });
  await mkdir(config.pulumi.home, { recursive: true, mode: 0o700 });
  const { dataDir, pulumi, worker } = config;
  const places = { ...pulumi, binary: found.binary, workDir: worker.workDir };
  const { binary, workDir, users, ...homes } = await openUsers(
    { ...places, dataDir, range: worker.runnerUids },
    logger,
  );
  if (config.simulator.url !== undefined) {
    await installSimulatedHome({ home: homes.simulatedHome, node: process.execPath });
  }
  const home = config.simulator.url === undefined ? homes.home : homes.simulatedHome;
  const prepare = (url: string): Promise<void> =>
    prepareBackend({ binary, home, backendUrl: toBackendUrl(url), environment: config.runnerEnvironment });
  return {
    binary,
    homes: { real: homes.home, simulated: homes.simulatedHome },
    stackKeys: openStackKeys(),
    async openState(holder) {
      const { url, text, close } = await states.open({ ...holder, stateKey: stateKeyOf(holder.stackName) }, prepare);
      return { backendUrl: toBackendUrl(url), known: readKnownState(text), close };
    },
    sweepStates: () => states.sweep(),
    workDir,
    users,
    simulatorUrl: config.simulator.url,
    // Half a second less for each runner: most of its start is compiling the SDKs.
    environment: { NODE_COMPILE_CACHE: join(workDir, 'compile-cache'), ...config.runnerEnvironment },
    cancelGrace,
    settlePause: config.worker.settleSeconds * 1000,
  };
}

async function start(config: Config, logger: Logger): Promise<void> {
  const vault = await openVault(config.masterKeyFile);
  const once = <T>(server: string, attempt: () => Promise<T>): Promise<T> =>
    awaitServer({ server, seconds: config.startSeconds, isAway, log: logger }, attempt);
  await once('Redis', () => checkRedis(config.redis.url));
  const queueOptions = { redisUrl: config.redis.url, prefix: config.redis.prefix };
  const queue = openOperationProducer({
    ...queueOptions,
    onError: (error) => logger.warn({ err: error }, 'the queue reports'),
  });
  const { url, max, reserved, limits } = config.database;
  const onCommitted = createDelivery(queue, (error) =>
    logger.warn({ err: error }, 'the queue did not take what is next; the sweep will'),
  );
  const loginFaults = await once('PostgreSQL', () => findLoginFaults(url));
  if (loginFaults.length > 0) throw new ConfigError(loginFaults);
  const applicationName = announceKeys('fleetyard-worker', vault);
  const store = await once('PostgreSQL', () =>
    openStore({ url, max, reserved, limits, applicationName, vault, onCommitted }),
  );
  const faults = await once('PostgreSQL', () => findStateFaults({ url, store }));
  if (faults.length > 0) throw new ConfigError(faults);
  const states = await once('PostgreSQL', () => openStateAccess({ url, store }));
  const engine = await prepareEngine(config, states, logger);
  const tracing = await openTracing(config.tracing, { service: 'fleetyard-worker' });
  const { concurrency: slots, memoryMb, stepMb } = config.worker;
  const room = openRoom({ slots, memoryMb, stepMb });
  const measured = { describeRoom: room.describe, countWaiting: () => store.asSystem(countWaiting) };
  const context: WorkerContext = {
    store,
    metrics: createWorkerMetrics(measured, logger, { defaults: true }),
    tracing,
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
    drainPatience,
    random: Math.random,
    retryScale: config.worker.retryScale,
    deadlineScale: config.worker.deadlineScale,
    now: () => new Date(),
    retention: config.retention,
  };
  const { pulseFile } = config.worker;
  const pulse = startPulse();
  const onRound = async (): Promise<void> => {
    pulse.beat();
    if (pulseFile !== undefined) await writeFile(pulseFile, '');
  };
  const { probeSeconds } = config.worker;
  const { limits: running } = config;
  const worker = await startWorker(context, {
    ...queueOptions,
    sweepSeconds,
    probeSeconds,
    room,
    limits: running,
    onRound,
  });
  const { host, tokenFile } = config.http.monitoring;
  const monitoringToken = await readMonitoringToken(tokenFile);
  const closeMonitoring = await openMonitoring(
    { host, port: config.worker.monitoringPort },
    {
      metrics: context.metrics,
      gate: monitoringToken === undefined ? undefined : createMonitoringGate(monitoringToken),
      isAlive: () => pulse.isAlive(),
      checkReadiness: async () => addTaking(await checkReadiness({ store, queue }), worker.isTaking()),
    },
    logger,
  );
  shutDownOnSignals({
    log: logger,
    seconds: getStopSeconds({ ...config, ...config.worker }),
    exit: (code) => process.exit(code),
    phases: [
      { name: 'operations', run: () => worker.drain(config.shutdownSeconds) },
      { name: 'monitoring', seconds: closingSeconds, run: closeMonitoring },
      { name: 'consumer', seconds: closingSeconds, run: () => worker.close() },
      { name: 'queue', seconds: closingSeconds, run: () => queue.close() },
      { name: 'traces', seconds: closingSeconds, run: async () => tracing?.close() },
      { name: 'store', seconds: closingSeconds, run: () => store.close(1) },
    ],
  });
  const missing = listMissingPlugins(config.pulumi.home).map(({ name, version }) => `${name} ${version}`);
  if (missing.length > 0)
    logger.warn({ missing, home: config.pulumi.home }, 'real clouds need plugins that are not here: npm run plugins');
  logger.info({ owner: context.owner, simulator: config.simulator.url ?? null }, 'ready');
}

/** A worker that was told to stop is there, and ready for nothing. */
function addTaking({ status, checks }: Readiness, takes: boolean) {
  const all = { ...checks, worker: takes ? 'ok' : 'stopping' };
  return { status: takes ? status : 'not-ready', checks: all } as const;
}

/** Also a schema that whoever migrates it has not brought up to date yet. */
function isAway(error: unknown): boolean {
  return isFleetyardError(error, 'unavailable');
}

const redactor = createRedactor();
await runMain({ service: 'worker', load: loadConfig, redact: (line) => redactor.redactText(line), start });
