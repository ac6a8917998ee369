// The API's process: reads the configuration, opens the parts, listens, and closes them in reverse order.

import type { Logger } from 'pino';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { mintKubeconfig } from '../access/kubeconfig/mint-kubeconfig.ts';
import { type Config, loadConfig } from '../config.ts';
import { readContractDocument } from '../contract/document.ts';
import { runMain } from '../process/run-main.ts';
import { shutDownOnSignals } from '../process/shutdown.ts';
import { createDelivery } from '../queue/deliver-signals.ts';
import { openOperationProducer } from '../queue/operation-producer.ts';
import { eventChannel } from '../store/events.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open-store.ts';
import { countOpenOperations } from '../store/operation-counts.ts';
import { readMasterKeys } from '../vault/master-keys.ts';
import { createRedactor } from '../vault/redact.ts';
import { createTokenText, hashToken } from '../vault/tokens.ts';
import { createVault } from '../vault/vault.ts';
import { buildApp } from './app.ts';
import { ensureBootstrapToken } from './bootstrap-token.ts';
import type { KubeconfigMint } from './call.ts';
import { closeServer } from './close-server.ts';
import { openEventFeed } from './event-feed.ts';
import { createMetrics } from './metrics.ts';

const heartbeatMs = 15_000;
const tokens = { create: createTokenText, hash: hashToken };

const mint: KubeconfigMint = ({ name, region, outputs, credential }) => {
  const { endpoint, certificateAuthority, physicalName } = outputs;
  return mintKubeconfig({
    name,
    outputs: {
      endpoint: String(endpoint),
      certificateAuthority: String(certificateAuthority ?? ''),
      physicalName: String(physicalName),
    },
    credential,
    region,
    now: new Date(),
  });
};

async function openParts(config: Config, log: Logger) {
  const vault = createVault(await readMasterKeys(config.masterKeyFile));
  const { url, max, reserved, limits, stateDatabase } = config.database;
  if (config.database.migrate) {
    const { applied, version } = await migrate({ url, vault, stateDatabase });
    log.info({ applied, version }, 'the schema is up to date');
  }
  const queue = openOperationProducer({
    redisUrl: config.redis.url,
    prefix: config.redis.prefix,
    onError: (error) => log.warn({ err: error }, 'the queue is away'),
  });
  const onCommitted = createDelivery(queue, (error) =>
    log.warn({ err: error }, 'the queue is away; the sweep will signal'),
  );
  const store = await openStore({ url, max, reserved, limits, vault, applicationName: 'fleetyard-api', onCommitted });
  const feed = await openEventFeed(store, eventChannel);
  const counts = {
    countOperations: () => store.asSystem(countOpenOperations) as Promise<Record<string, number>>,
    countJobs: () => queue.countJobs() as Promise<Record<string, number>>,
  };
  return { store, queue, feed, metrics: createMetrics(counts, log, true) };
}

async function start(config: Config, log: Logger): Promise<void> {
  const opened = await openParts(config, log);
  const { store, queue, feed, metrics } = opened;
  const closing = new AbortController();
  const app = buildApp({
    parts: {
      store,
      queue,
      feed,
      metrics,
      tokens,
      heartbeatMs,
      catalogue: loadCatalogue(),
      defaultAllowedCidrs: config.access.defaultAllowedCidrs,
      document: readContractDocument(),
      mintKubeconfig: mint,
      clock: () => new Date(),
      closing: closing.signal,
    },
    logger: log,
    checkResponses: config.checkResponses,
  });
  shutDownOnSignals({
    log,
    seconds: config.shutdownSeconds,
    exit: (code) => process.exit(code),
    phases: [
      // Streams would hold the server open for as long as their operations run.
      { name: 'streams', run: async () => closing.abort() },
      { name: 'requests', run: () => closeServer(app) },
      { name: 'events', run: () => feed.close() },
      { name: 'queue', run: () => queue.close() },
      { name: 'store', run: () => store.close() },
    ],
  });
  if (await ensureBootstrapToken(store, tokens, config.tokenFile)) {
    log.info({ file: config.tokenFile }, 'the first platform-admin token was written');
  }
  const { host, port } = config.http;
  log.info({ address: await app.listen({ host, port }) }, 'listening');
}

const redactor = createRedactor();
await runMain({ service: 'api', load: loadConfig, redact: (line) => redactor.redactText(line), start });
