// One member's control plane as it runs under this daemon: started in order, asked whether it is ready, and stopped.
import type { ApiClient } from './api-client.ts';
import {
  getStoreAddress,
  MEMBER_CLIENTS,
  planApiServer,
  planControllers,
  planStore,
  type MemberPlan,
} from './member-programs.ts';
import { accepts, startServers, until, type RunningServers, type ServersOrder } from './start-servers.ts';

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
export type MemberOrder = MemberPlan & ServersOrder;

/** Long, for a machine on which much else goes on. */
const READY_TIMEOUT_MS = 180_000;
const STORE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Starts all programs; the API server is ready then. */
export async function startMember(order: MemberOrder): Promise<Member> {
  const start = (running: RunningServers): Promise<void> => startPrograms(order, running);
  const started = await startServers(order, { clients: MEMBER_CLIENTS, start });
  const { authority, certificateAuthority, api, group, stop } = started;
  return {
    authority,
    certificateAuthority,
    api,
    findFailure: () => group.failure,
    listProcesses: () => group.list(),
    untilReady: () => awaitApi(started),
    stop,
  };
}

async function startPrograms(order: MemberOrder, running: RunningServers): Promise<void> {
  const { group, signal } = running;
  await group.start(planStore(order));
  // An API server that meets no store waits a whole second before it looks again.
  const bounds = { group, signal, timeoutMs: STORE_TIMEOUT_MS };
  await until('etcd', () => accepts(getStoreAddress(order.place)), bounds);
  await group.start(planApiServer(order));
  await awaitApi(running);
  // Controllers that meet no API server end, and come back later and later.
  await Promise.all(planControllers(order).map((program) => group.start(program)));
}

async function awaitApi({ api, group, signal }: RunningServers): Promise<void> {
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
