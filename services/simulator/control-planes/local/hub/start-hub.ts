// One hub as it runs under this daemon: its programs in their order, what its API server has to hold, and when it may be called ready.
import { access, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient, type ApiClient } from '../api-client.ts';
import { ADMINISTRATOR, ensureIdentity, readClient, writeWebhookConfigs } from '../identity-files.ts';
import type { Webhook } from '../member.ts';
import { getAuthority, getStoreAddress, locateFiles, planStore } from '../member-programs.ts';
import { ProcessGroup } from '../process-group.ts';
import { applyDefinitions, applyRules, type HubAddresses, type KarmadaFiles } from './hub-objects.ts';
import {
  getPort,
  HUB_CLIENTS,
  HUB_NAMES,
  locateServers,
  planClusterServer,
  planHubApiServer,
  planHubControllers,
  planKarmadaControllers,
  type HubPlan,
} from './hub-programs.ts';

/** A hub that is ready. */
export type Hub = {
  /** `127.1.2.3:6443`. */
  authority: string;
  /** PEM. */
  certificateAuthority: string;
  findFailure(): string | undefined;
  listProcesses(): { name: string; pid: number }[];
  stop(options?: { hard?: boolean }): Promise<void>;
};

/** What a hub is started with. */
export type HubOrder = HubPlan & {
  files: KarmadaFiles;
  webhook: Webhook;
  now: Date;
  /** Aborted when the daemon stops. */
  signal: AbortSignal;
  onFailure(reason: string): void;
};

type Running = { api: ApiClient; group: ProcessGroup; addresses: HubAddresses };

/** A kind is served a moment after its definition was taken; controllers that come before that start again later. */
const DEFINED_LISTS = ['resourcebindings', 'clusterresourcebindings'].map(
  (each) => `/apis/work.karmada.io/v1alpha2/${each}`,
);
const READY_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Starts all programs; what the API server holds from an earlier time stays. */
export async function startHub(order: HubOrder): Promise<Hub> {
  const { folder, place, now, signal } = order;
  const files = locateFiles(folder);
  const authority = getAuthority(place);
  await mkdir(files.store, { recursive: true, mode: 0o700 });
  const { api: server, webhook, clusters } = locateServers(place);
  const names = HUB_NAMES;
  await ensureIdentity({ folder: files.identity, address: place.address, server, names, clients: HUB_CLIENTS, now });
  // The daemon may have moved since the last start.
  await writeWebhookConfigs(files, order.webhook);
  const identity = await readClient(files.identity, ADMINISTRATOR.name);
  const group = new ProcessGroup(folder, order.onFailure);
  const api = createApiClient(authority, identity);
  const stop = async (options?: { hard?: boolean }): Promise<void> => {
    api.close();
    await group.stop(options);
  };
  try {
    signal.throwIfAborted();
    await startPrograms(order, { api, group, addresses: { certificateAuthority: identity.ca, webhook, clusters } });
  } catch (error) {
    await stop({ hard: true });
    throw group.failure === undefined ? error : new Error(group.failure);
  }
  group.watch([files.storedData, files.identity]);
  return {
    authority,
    certificateAuthority: identity.ca,
    findFailure: () => group.failure,
    listProcesses: () => group.list(),
    stop,
  };
}

async function startPrograms(order: HubOrder, running: Running): Promise<void> {
  const { api, group, addresses } = running;
  const { place, signal, folder } = order;
  await group.start(planStore(order));
  // An API server that meets no store waits a whole second before it looks again.
  await until('etcd', () => accepts(getStoreAddress(place)), { group, signal });
  await group.start(planHubApiServer(order));
  await until('the API server', () => answers(api, '/readyz'), { group, signal });
  const prepared = join(folder, 'prepared');
  const isPrepared = await access(prepared).then(
    () => true,
    () => false,
  );
  const early = [planClusterServer(order), ...planHubControllers(order)];
  await Promise.all([
    ...early.map((program) => group.start(program)),
    isPrepared ? undefined : applyDefinitions(api, order.files, addresses),
  ]);
  // Its condition says Available even when no request gets through; only a list of clusters proves it.
  const lists = ['/apis/cluster.karmada.io/v1alpha1/clusters', ...DEFINED_LISTS];
  const listed = lists.map((path) => until(`the list ${path}`, () => answers(api, path), { group, signal }));
  const webhook = { host: place.address, port: getPort(place, 'webhook') };
  await Promise.all([...listed, until('the webhook', () => accepts(webhook), { group, signal })]);
  if (!isPrepared) await applyRules(api, order.files, addresses);
  await writeFile(prepared, '', { mode: 0o600 });
  await Promise.all(planKarmadaControllers(order).map((program) => group.start(program)));
  const health = (['karmadaHealth', 'schedulerHealth'] as const).map((name) => ({
    host: place.address,
    port: getPort(place, name),
  }));
  await Promise.all(health.map((each) => until("Karmada's controllers", () => accepts(each), { group, signal })));
}

async function until(
  what: string,
  look: () => Promise<boolean>,
  { group, signal }: { group: ProcessGroup; signal: AbortSignal },
): Promise<void> {
  const end = performance.now() + READY_TIMEOUT_MS;
  while (!(await look())) {
    if (group.failure !== undefined) throw new Error(group.failure);
    if (performance.now() > end)
      throw new Error(`${what} of the hub does not answer after ${READY_TIMEOUT_MS / 1000} s`);
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Whether a GET succeeds; readiness is a text, of which the client makes no object. */
function answers(api: ApiClient, path: string): Promise<boolean> {
  return api.call('GET', path).then(
    () => true,
    (error: unknown) => error instanceof SyntaxError,
  );
}

function accepts(place: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
