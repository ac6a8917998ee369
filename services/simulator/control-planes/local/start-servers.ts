// How the programs of any local control plane come up: files first, then the programs in the order of their kind, all of them or none.
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient, type ApiClient } from './api-client.ts';
import { ADMINISTRATOR, ensureIdentity, readClient, writeWebhookConfigs, type Client } from './identity-files.ts';
import { getAuthority, locateFiles, type MemberPlan } from './member-programs.ts';
import { ProcessGroup } from './process-group.ts';

/** Where an API server asks the cloud about tokens and rights. */
export type Webhook = { url: string; certificateAuthority: string; token: string };

/** What every control plane is started with. */
export type ServersOrder = Pick<MemberPlan, 'folder' | 'place'> & {
  webhook: Webhook;
  now: Date;
  /** Aborted when the daemon stops. */
  signal: AbortSignal;
  /** Hears once, with the reason, that it can't go on. */
  onFailure(reason: string): void;
};

/** Whom its API server knows, by which names, and how its programs are started. */
export type ServersPlan = {
  clients: readonly Client[];
  /** More names of the servers. */
  names?: string[];
  start(running: RunningServers): Promise<void>;
};

/** What runs so far. */
export type RunningServers = {
  api: ApiClient;
  group: ProcessGroup;
  /** PEM. */
  certificateAuthority: string;
  signal: AbortSignal;
};

/** A control plane that runs. */
export type StartedServers = RunningServers & {
  /** `127.1.2.3:6443`. */
  authority: string;
  /** `hard` does not ask. */
  stop(options?: { hard?: boolean }): Promise<void>;
};

/** Starts everything; what was started is ended again, and the reason thrown, when a part does not come up. */
export async function startServers(order: ServersOrder, plan: ServersPlan): Promise<StartedServers> {
  const { folder, place, now, signal } = order;
  const files = locateFiles(folder);
  const authority = getAuthority(place);
  await mkdir(files.store, { recursive: true, mode: 0o700 });
  const { clients, names = [] } = plan;
  const server = `https://${authority}`;
  await ensureIdentity({ folder: files.identity, address: place.address, server, names, clients, now });
  // The daemon may have moved since the last start.
  await writeWebhookConfigs(files, order.webhook);
  const identity = await readClient(files.identity, ADMINISTRATOR.name);
  const group = new ProcessGroup(folder, order.onFailure);
  const api = createApiClient(authority, identity);
  const running = { api, group, certificateAuthority: identity.ca, signal };
  const stop = async (options?: { hard?: boolean }): Promise<void> => {
    api.close();
    await group.stop(options);
  };
  try {
    signal.throwIfAborted();
    await plan.start(running);
  } catch (error) {
    await stop({ hard: true });
    throw group.failure === undefined ? error : new Error(group.failure);
  }
  group.watch([files.storedData, files.identity]);
  return { ...running, authority, stop };
}

/** Waits until something is so; rejects with why a program does not stay, when the time is over, and when the signal says so. */
export async function until(
  what: string,
  look: () => Promise<boolean>,
  { group, signal, timeoutMs }: { group: ProcessGroup; signal: AbortSignal; timeoutMs: number },
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await look())) {
    if (group.failure !== undefined) throw new Error(group.failure);
    if (performance.now() > end) throw new Error(`${what} does not answer after ${timeoutMs / 1000} s`);
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

const LOOK_EVERY_MS = 20;

/** Whether somebody listens there. */
export function accepts(place: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
