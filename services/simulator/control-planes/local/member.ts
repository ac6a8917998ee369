// One member's control plane as it runs under this daemon: started in order, asked whether it is ready, and stopped.
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient, type ApiClient } from './api-client.ts';
import { ADMINISTRATOR, ensureIdentity, readClient, writeWebhookConfigs } from './identity-files.ts';
import {
  getAuthority,
  getStoreAddress,
  locateFiles,
  MEMBER_CLIENTS,
  planApiServer,
  planControllers,
  planStore,
  type MemberPlan,
} from './member-programs.ts';
import { ProcessGroup } from './process-group.ts';

/** Where an API server asks the cloud about tokens. */
export type Webhook = { url: string; certificateAuthority: string; token: string };

/** A member that runs, or is about to. */
export type Member = {
  /** `127.1.2.3:6443`. */
  authority: string;
  /** PEM. */
  certificateAuthority: string;
  api: ApiClient;
  /** Why it can't go on, if it can't. */
  findFailure(): string | undefined;
  listProcesses(): { name: string; pid: number }[];
  /** Waits until the API server is ready; rejects with the reason when it will not be. */
  untilReady(): Promise<void>;
  stop(options?: { hard?: boolean }): Promise<void>;
};

/** What a member is started with. */
export type MemberOrder = MemberPlan & {
  webhook: Webhook;
  now: Date;
  /** Aborted when the daemon stops. */
  signal: AbortSignal;
  onFailure(reason: string): void;
};

/** Long, for a machine on which much else goes on. */
const READY_TIMEOUT_MS = 180_000;
const STORE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Starts all programs; the API server is ready then. */
export async function startMember(order: MemberOrder): Promise<Member> {
  const { folder, place, now, signal } = order;
  const files = locateFiles(folder);
  const authority = getAuthority(place);
  await mkdir(files.store, { recursive: true, mode: 0o700 });
  const server = `https://${authority}`;
  await ensureIdentity({ folder: files.identity, address: place.address, server, clients: MEMBER_CLIENTS, now });
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
    await startPrograms(order, group, api);
  } catch (error) {
    await stop({ hard: true });
    throw error;
  }
  group.watch([files.storedData, files.identity]);
  return {
    authority,
    certificateAuthority: identity.ca,
    api,
    findFailure: () => group.failure,
    listProcesses: () => group.list(),
    untilReady: () => awaitApi(api, group, signal),
    stop,
  };
}

async function startPrograms(order: MemberOrder, group: ProcessGroup, api: ApiClient): Promise<void> {
  await group.start(planStore(order));
  // An API server that meets no store waits a whole second before it looks again.
  await until(() => accepts(getStoreAddress(order.place)), { group, signal: order.signal });
  await group.start(planApiServer(order));
  await awaitApi(api, group, order.signal);
  // Controllers that meet no API server end, and come back later and later.
  await Promise.all(planControllers(order).map((program) => group.start(program)));
}

async function until(
  look: () => Promise<boolean>,
  { group, signal }: { group: ProcessGroup; signal: AbortSignal },
): Promise<void> {
  const end = performance.now() + STORE_TIMEOUT_MS;
  while (!(await look())) {
    if (group.failure !== undefined) throw new Error(group.failure);
    if (performance.now() > end) throw new Error(`etcd does not answer after ${STORE_TIMEOUT_MS / 1000} s`);
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function awaitApi(api: ApiClient, group: ProcessGroup, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const timer = setInterval(() => {
    if (group.failure !== undefined) failed.abort(new Error(group.failure));
  }, LOOK_EVERY_MS);
  try {
    await api.untilReady(READY_TIMEOUT_MS, AbortSignal.any([signal, failed.signal]));
  } catch (error) {
    throw group.failure === undefined ? error : new Error(group.failure);
  } finally {
    clearInterval(timer);
  }
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
