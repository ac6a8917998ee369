// The quickstart: the whole service on embedded servers and simulated clouds, with one real fleet request through it.

import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { removePostgresData } from '../../toolchain/postgres.mjs';
import { createProgressLine } from '../../toolchain/progress.mjs';
import { removeRedisData } from '../../toolchain/redis.mjs';
import { createClient, ProblemError, unwrap, type FleetyardClient } from '../contract/client.ts';
import type { Schemas } from '../contract/schemas.ts';
import { compose, type Composition } from './compose.ts';
import { followFleet, readFleetProgress, type ClusterProgress } from './follow-fleet.ts';
import { printOutputs } from './print-outputs.ts';
import { showKubernetes } from './show-kubernetes.ts';
import { parseOptions, usage, type QuickstartOptions } from './options.ts';
import {
  applyDocument,
  ensureCredentials,
  listNamedCredentials,
  readClouds,
  readDocument,
  retryFailures,
} from './send-request.ts';
import { createProgressView, type ProgressView } from './show-progress.ts';
import { summarise, type QuickstartSummary } from './summary.ts';

const projectName = 'quickstart';

const since = (start: number): number => (performance.now() - start) / 1000;

/** Makes the project at the first start, and a client that works in it. */
async function openProject(service: Composition): Promise<FleetyardClient> {
  const token = (await readFile(service.tokenFile, 'utf8')).trim();
  const admin = createClient({ baseUrl: service.url, token });
  const found = await admin.GET('/v1/projects/{project}', { params: { path: { project: projectName } } });
  if (found.data === undefined) unwrap(await admin.POST('/v1/projects', { body: { name: projectName } }));
  return createClient({ baseUrl: service.url, token, project: projectName });
}

function printWaysOn(service: Composition, fleet: string, view: ProgressView, data: string): void {
  const curl = `curl -s -H "Authorization: Bearer $TOKEN" -H "Fleetyard-Project: ${projectName}" ${service.url}`;
  view.say('');
  view.say(
    `The API is at ${service.url}; the token is in ${service.tokenFile}. Clouds and hub are simulated. To go on:`,
  );
  view.say('');
  view.say(`  TOKEN=$(cat ${service.tokenFile})`);
  view.say(`  ${curl}/v1/clusters`);
  view.say(`  ${curl}/v1/fleets/${fleet}`);
  view.say(`  ${curl}/v1/operations`);
  view.say(`  npm run simulator -- list --data ${data}/simulator`);
  view.say('');
  view.say(`Logs are in ${service.logs}. Ctrl-C stops everything; the next start finds the data again.`);
}

function printFailures(clusters: ClusterProgress[], view: ProgressView): void {
  for (const cluster of clusters) {
    if (cluster.error !== null) view.say(`${cluster.name}: ${cluster.error}`);
  }
}

type Run = { summary: QuickstartSummary; clusters: ClusterProgress[] };

async function provision(
  options: {
    service: Composition;
    document: Schemas['FleetRequest'];
    kubernetes: boolean;
    startedAt: number;
    signal: AbortSignal;
  },
  view: ProgressView,
): Promise<Run & { client: FleetyardClient }> {
  const { service, document, startedAt, signal } = options;
  const client = await openProject(service);
  const made = await ensureCredentials(
    client,
    listNamedCredentials(document, await readClouds(client)),
    options.kubernetes ? 'local' : 'ledger',
  );
  if (made.length > 0) view.say(`Simulated credentials made: ${made.join(', ')}`);
  // The request is checked before anyone waits for the Pulumi CLI.
  const change = await applyDocument(client, document);
  view.say(
    change.operation === null
      ? `Fleet ${document.name} already is as the document says; nothing was started.`
      : `Fleet ${document.name} accepted as ${change.operation.id}, with ${change.children.length} operations.`,
  );
  if (change.operation === null) {
    const retried = await retryFailures(client, await readFleetProgress(client, document.name));
    if (retried.length > 0) view.say(`Trying again what failed before: ${retried.join(', ')}`);
  }
  const line = createProgressLine(process.stderr);
  const { pulumi } = await service.startWorker(line.show);
  line.clear();
  const setup = since(startedAt);
  view.say(`Pulumi CLI found (${pulumi}); set-up took ${setup.toFixed(1)} s.`);
  const begin = performance.now();
  const operation = change.operation?.id ?? null;
  const clusters = await followFleet(client, {
    fleet: document.name,
    operation,
    show: (rows) => view.show(rows),
    signal,
  });
  view.finish();
  const seconds = { setup, provision: since(begin), total: since(startedAt) };
  return { client, clusters, summary: summarise(clusters, seconds) };
}

function describe(error: unknown): string {
  return error instanceof ProblemError ? `The request was refused.\n${error.message}` : (error as Error).message;
}

async function clean(options: QuickstartOptions, view: ProgressView): Promise<void> {
  const data = resolve(options.data);
  await removePostgresData({ dataDir: `${data}/postgres` });
  await removeRedisData({ dataDir: `${data}/redis` });
  await rm(data, { recursive: true, force: true });
  view.say(`Removed ${data}.`);
}

async function run(options: QuickstartOptions, view: ProgressView, interrupted: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  const document = await readDocument(options.request);
  view.say('Starting PostgreSQL, Redis, the simulated clouds and the API …');
  const line = createProgressLine(process.stderr);
  const service = await compose(options, line.show);
  line.clear();
  const ended = new Promise<'interrupted'>((done) => {
    if (interrupted.aborted) done('interrupted');
    interrupted.addEventListener('abort', () => done('interrupted'), { once: true });
  });
  try {
    const outcome = await Promise.race([
      provision({ service, document, kubernetes: options.kubernetes, startedAt, signal: interrupted }, view),
      service.broken,
      ended,
    ]);
    if (outcome === 'interrupted') return 130;
    const { client, clusters, summary } = outcome;
    await printOutputs(client, clusters, (text) => view.say(text));
    printFailures(clusters, view);
    if (options.kubernetes && summary.failed === 0) {
      const shown = { service, client, document, clusters, data: resolve(options.data), signal: interrupted };
      await Promise.race([showKubernetes(shown, (text) => view.say(text)), service.broken, ended]);
    }
    view.say('');
    view.say(`${summary.ready} ready, ${summary.failed} failed, in ${summary.seconds.total} s.`);
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    const code = summary.failed === 0 ? 0 : 1;
    if (options.once) return code;
    printWaysOn(service, document.name, view, options.data);
    await Promise.race([ended, service.broken]);
    return 0;
  } finally {
    view.say('Stopping …');
    await service.stop();
  }
}

async function main(): Promise<number> {
  let options: QuickstartOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const view = createProgressView(options.json ? process.stderr : process.stdout);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
  try {
    if (options.clean) await clean(options, view);
    return options.clean ? 0 : await run(options, view, interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    process.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

process.exit(await main());
