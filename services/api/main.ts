// The API's process: reads the configuration, opens the parts, listens, and closes them in reverse order.

import type { Logger } from 'pino';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { mintKubeconfig } from '../access/kubeconfig/mint-kubeconfig.ts';
import { openHubAccess } from '../access/kubeconfig/open-hub.ts';
import { openKubernetes } from '../access/kubernetes-client.ts';
import { type Config, loadConfig } from '../config.ts';
import { readContractDocument } from '../contract/document.ts';
import { isFleetyardError } from '../domain/errors.ts';
import { getAdapter } from '../federation/registry.ts';
import { openRateLimits } from '../limits/rate-limits.ts';
import { createOutgoingGuard } from '../outgoing/outgoing-guard.ts';
import { awaitServer } from '../process/await-server.ts';
import { ConfigError } from '../process/config-error.ts';
import { tightenDirectory } from '../process/private-directory.ts';
import { runMain } from '../process/run-main.ts';
import { shutDownOnSignals } from '../process/shutdown.ts';
import { createDelivery } from '../queue/deliver-signals.ts';
import { openOperationProducer } from '../queue/operation-producer.ts';
import { eventChannel } from '../store/events.ts';
import { findLoginFaults } from '../store/check-login.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open-store.ts';
import { announceKeys } from '../store/master-keys.ts';
import { countOpenOperations } from '../store/operation-counts.ts';
import { readMasterKeys } from '../vault/master-keys.ts';
import { openTracing } from '../tracing/open-tracing.ts';
import { createRedactor } from '../vault/redact.ts';
import { createVault } from '../vault/vault.ts';
import { buildApp } from './app.ts';
import { openAuditTrail } from './audit-trail.ts';
import { ensureBootstrapToken } from './bootstrap-token.ts';
import type { KubeconfigMint, SelectedLister } from './call.ts';
import { closeServer } from './close-server.ts';
import { describeEvent, describePlacedEvent } from './describe-resources.ts';
import { createTokens } from './known-tokens.ts';
import { createMetrics } from './metrics.ts';
import { createMonitoringGate, openMonitoring, readMonitoringToken } from '../http/monitoring.ts';
import { checkReadiness } from '../http/readiness.ts';
import { openEventFeed } from './streams/event-feed.ts';
import { createEventStreams } from './streams/event-streams.ts';
import { readTlsPair, watchTlsPair } from '../http/tls.ts';

/** Of event streams: how often a quiet one says that it lives, how soon it ends after its token, and how long its reader may take nothing. */
const streamTimes = { heartbeatMs: 15_000, tokenCheckMs: 2_000, stallMs: 30_000, projectPauseMs: 100 };
const tokens = createTokens();

function createMint({ outgoing, simulator }: Config): KubeconfigMint {
  const guard = createOutgoingGuard({ privateNetworks: outgoing.privateNetworks, simulatorUrl: simulator.url });
  return ({ outputs, ...request }) => {
    const { endpoint, certificateAuthority, physicalName } = outputs;
    return mintKubeconfig(guard, {
      ...request,
      outputs: {
        endpoint: String(endpoint),
        certificateAuthority: String(certificateAuthority ?? ''),
        physicalName: String(physicalName),
      },
      now: new Date(),
      simulatorUrl: simulator.url,
    });
  };
}

function createSelectedLister({ outgoing, simulator }: Config): SelectedLister {
  const guard = createOutgoingGuard({ privateNetworks: outgoing.privateNetworks, simulatorUrl: simulator.url });
  return async ({ engine, credential, select }) => {
    const access = await openHubAccess(credential, simulator.url);
    return getAdapter(engine).listSelected(openKubernetes(guard, access), select);
  };
}

async function openParts(config: Config, log: Logger) {
  const vault = createVault(await readMasterKeys(config.masterKeyFile));
  const isAway = (error: unknown): boolean => isFleetyardError(error, 'unavailable');
  const once = <T>(attempt: () => Promise<T>): Promise<T> =>
    awaitServer({ server: 'PostgreSQL', seconds: config.startSeconds, isAway, log }, attempt);
  const { url, max, reserved, limits, waiting, stateDatabase, migrationUrl, runtimeLogins } = config.database;
  if (config.database.migrate && migrationUrl !== undefined) {
    const { applied, version } = await once(() => migrate({ url: migrationUrl, vault, stateDatabase, runtimeLogins }));
    log.info({ applied, version }, 'the schema is up to date');
  }
  const faults = await once(() => findLoginFaults(url));
  if (faults.length > 0) throw new ConfigError(faults);
  const queue = openOperationProducer({
    redisUrl: config.redis.url,
    prefix: config.redis.prefix,
    onError: (error) => log.warn({ err: error }, 'the queue is away'),
  });
  const onCommitted = createDelivery(queue, (error) =>
    log.warn({ err: error }, 'the queue is away; the sweep will signal'),
  );
  const applicationName = announceKeys('fleetyard-api', vault);
  const store = await once(() =>
    openStore({ url, max, reserved, limits, waiting, vault, applicationName, onCommitted }),
  );
  const feed = await openEventFeed(store, eventChannel);
  const trail = openAuditTrail({ store, log });
  const counts = {
    countOperations: () => store.asSystem(countOpenOperations) as Promise<Record<string, number>>,
    countJobs: () => queue.countJobs() as Promise<Record<string, number>>,
  };
  const rateLimits = openRateLimits({
    redisUrl: config.redis.url,
    prefix: config.redis.prefix,
    quotas: config.bounds.rates,
    onError: (error) => log.debug({ err: error }, 'requests are not counted'),
  });
  return { store, queue, feed, trail, limits: rateLimits, metrics: createMetrics(counts, log, true) };
}

async function start(config: Config, log: Logger): Promise<void> {
  const { http, bounds } = config;
  await tightenDirectory(config.dataDir);
  const tls = http.tls === undefined ? undefined : await readTlsPair(http.tls);
  const monitoringToken = await readMonitoringToken(http.monitoring.tokenFile);
  const tracing = await openTracing(config.tracing, { service: 'fleetyard-api' });
  const { feed, ...opened } = await openParts(config, log);
  const { store, queue, trail, limits, metrics } = opened;
  const closing = new AbortController();
  const mayMonitor = createMonitoringGate(monitoringToken);
  const streams = createEventStreams({
    store,
    feed,
    ...streamTimes,
    bounds: bounds.streams,
    describe: describeEvent,
    describePlaced: describePlacedEvent,
    closing: closing.signal,
    onError: (error) => log.warn({ err: error }, 'event streams could not be read'),
  });
  const app = buildApp({
    parts: {
      ...opened,
      tracing,
      streams,
      tokens,
      mayMonitor,
      catalogue: loadCatalogue(),
      defaultAllowedCidrs: config.access.defaultAllowedCidrs,
      document: readContractDocument(),
      mintKubeconfig: createMint(config),
      listSelected: createSelectedLister(config),
      clock: () => new Date(),
      closing: closing.signal,
    },
    logger: log,
    checkResponses: config.checkResponses,
    server: { ...bounds, trustedProxies: http.trustedProxies, tls, https: http.publicUrl.startsWith('https:') },
  });
  const gate = monitoringToken === undefined ? undefined : mayMonitor;
  const parts = { metrics, gate, checkReadiness: () => checkReadiness(opened) };
  const closeMonitoring = await openMonitoring(http.monitoring, parts, log);
  const pair = http.tls === undefined ? undefined : watchTlsPair(app.server, http.tls, log);
  if (pair !== undefined) process.on('SIGHUP', () => void pair.reload());
  shutDownOnSignals({
    log,
    seconds: config.shutdownSeconds,
    exit: (code) => process.exit(code),
    phases: [
      // Streams would hold the server open for as long as their operations run.
      { name: 'streams', run: async () => closing.abort() },
      { name: 'requests', run: () => closeServer(app) },
      { name: 'monitoring', run: closeMonitoring },
      { name: 'certificate', run: async () => pair?.close() },
      { name: 'events', run: () => feed.close() },
      // What the last requests left to tell.
      { name: 'audit', run: () => trail.close() },
      { name: 'traces', run: async () => tracing?.close() },
      { name: 'limits', run: async () => limits.close() },
      { name: 'queue', run: () => queue.close() },
      { name: 'store', run: () => store.close() },
    ],
  });
  if (await ensureBootstrapToken(store, tokens, config.tokenFile)) {
    log.info({ file: config.tokenFile }, 'the first platform-admin token was written');
  }
  log.info({ address: await app.listen({ host: http.host, port: http.port }) }, 'listening');
}

const redactor = createRedactor();
await runMain({ service: 'api', load: loadConfig, redact: (line) => redactor.redactText(line), start });
