// One hub as it runs under this daemon: its programs in their order, what its API server has to hold, and when it may be called ready.
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../api-client.ts';
import { getStoreAddress, planStore } from '../member-programs.ts';
import { accepts, startServers, until, type RunningServers, type ServersOrder } from '../start-servers.ts';
import { applyDefinitions, applyRules, type KarmadaFiles } from './hub-objects.ts';
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
export type HubOrder = HubPlan & ServersOrder & { files: KarmadaFiles };

/** A kind is served a moment after its definition was taken; controllers that come before that start again later. */
const DEFINED_LISTS = ['resourcebindings', 'clusterresourcebindings'].map(
  (each) => `/apis/work.karmada.io/v1alpha2/${each}`,
);
const READY_TIMEOUT_MS = 120_000;

/** Starts all programs; what the API server holds from an earlier time stays. */
export async function startHub(order: HubOrder): Promise<Hub> {
  const start = (running: RunningServers): Promise<void> => startPrograms(order, running);
  const started = await startServers(order, { clients: HUB_CLIENTS, names: HUB_NAMES, start });
  const { authority, certificateAuthority, group, stop } = started;
  return {
    authority,
    certificateAuthority,
    findFailure: () => group.failure,
    listProcesses: () => group.list(),
    stop,
  };
}

async function startPrograms(order: HubOrder, { api, group, certificateAuthority }: RunningServers): Promise<void> {
  const { place, signal, folder } = order;
  const { webhook: webhookUrl, clusters } = locateServers(place);
  const addresses = { certificateAuthority, webhook: webhookUrl, clusters };
  const bounds = { group, signal, timeoutMs: READY_TIMEOUT_MS };
  await group.start(planStore(order));
  // An API server that meets no store waits a whole second before it looks again.
  await until("the hub's etcd", () => accepts(getStoreAddress(place)), bounds);
  await group.start(planHubApiServer(order));
  await until("the hub's API server", () => answers(api, '/readyz'), bounds);
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
  const listed = lists.map((path) => until(`the list ${path}`, () => answers(api, path), bounds));
  const webhook = { host: place.address, port: getPort(place, 'webhook') };
  await Promise.all([...listed, until("the hub's webhook", () => accepts(webhook), bounds)]);
  if (!isPrepared) await applyRules(api, order.files, addresses);
  await writeFile(prepared, '', { mode: 0o600 });
  await Promise.all(planKarmadaControllers(order).map((program) => group.start(program)));
  const health = (['karmadaHealth', 'schedulerHealth'] as const).map((name) => ({
    host: place.address,
    port: getPort(place, name),
  }));
  await Promise.all(health.map((each) => until("Karmada's controllers", () => accepts(each), bounds)));
}

/** Whether a GET succeeds; readiness is a text, of which the client makes no object. */
function answers(api: ApiClient, path: string): Promise<boolean> {
  return api.call('GET', path).then(
    () => true,
    (error: unknown) => error instanceof SyntaxError,
  );
}
