// The hubs of simulated accounts that chose real control planes: one a account, started when it is asked for first, and again with the daemon.
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findKarmadaFiles, findKubernetesPrograms } from '../../../../../toolchain/kubernetes.mjs';
import { getAuthority as getDoorAuthority } from '../../authority.ts';
import type { KindParts } from '../../kind.ts';
import { ADMINISTRATOR } from '../identity-files.ts';
import { choosePlace } from '../loopback-address.ts';
import { killMarkedProcesses } from '../marked-processes.ts';
import { locateFiles } from '../member-programs.ts';
import { findLocalRecord, insertLocalRecord, markOpened, removeLocalRecord, type LocalRecord } from '../records.ts';
import { HUB_PORTS, HUB_PROGRAMS } from './hub-programs.ts';
import { startHub, type Hub } from './start-hub.ts';

/** Where a hub is. */
export type HubPlace = { authority: string; certificateAuthority: string };

const VERSION = '1.34.3';

/** Knows the hubs of all accounts. */
export class Hubs {
  readonly #parts: Omit<KindParts, 'report'>;
  readonly #hubs = new Map<string, Promise<Hub>>();
  readonly #cleared: Promise<unknown>;

  constructor(parts: Omit<KindParts, 'report'>) {
    this.#parts = parts;
    // Of a daemon that was killed, where the kernel could not end them with it.
    this.#cleared = killMarkedProcesses(this.#locate());
    this.#cleared.catch(() => undefined);
  }

  /** Brings up those that stood when the daemon last stopped. */
  resume(): void {
    const rows = this.#parts.ledger.all(
      "select account from local_control_planes where id like 'hub-%' and opened = 1",
    );
    for (const { account } of rows) {
      this.open(String(account)).catch((error: unknown) => {
        if (this.#parts.signal.aborted) return;
        process.stderr.write(`simulator: the hub of ${String(account)} does not start: ${(error as Error).message}\n`);
      });
    }
  }

  /** The hub of an account, once it is ready; the first call starts it. */
  async open(account: string): Promise<HubPlace> {
    const known = this.#hubs.get(account);
    const running = await known?.catch(() => undefined);
    if (running && running.findFailure() === undefined) return running;
    // Another caller may have begun anew while this one waited.
    const current = this.#hubs.get(account);
    return current !== undefined && current !== known ? current : this.#start(account);
  }

  /** The file by which people are administrators of a hub that stands; undefined where there is none. */
  findKubeconfig(account: string): string | undefined {
    const id = nameHub(account);
    if (findLocalRecord(this.#parts.ledger, id)?.opened !== true) return undefined;
    return join(locateFiles(this.#locate(id)).identity, `${ADMINISTRATOR.name}.kubeconfig`);
  }

  /** Ends it, with all that it holds; one that is not there is closed. */
  async close(account: string): Promise<void> {
    const hub = this.#hubs.get(account);
    this.#hubs.delete(account);
    await (await hub?.catch(() => undefined))?.stop({ hard: true });
    const id = nameHub(account);
    const folder = this.#locate(id);
    await killMarkedProcesses(folder);
    await rm(folder, { recursive: true, force: true });
    removeLocalRecord(this.#parts.ledger, id);
  }

  /** Stops all of them; what they hold stays. */
  async stop(): Promise<void> {
    const hubs = await Promise.allSettled(this.#hubs.values());
    await Promise.all(hubs.flatMap((hub) => (hub.status === 'fulfilled' ? [hub.value.stop()] : [])));
  }

  /** The processes of a hub, for whoever watches or breaks them. */
  async listProcesses(account: string): Promise<{ name: string; pid: number }[]> {
    return (await this.#hubs.get(account)?.catch(() => undefined))?.listProcesses() ?? [];
  }

  #start(account: string): Promise<Hub> {
    const starting = this.#startAnew(account);
    this.#hubs.set(account, starting);
    starting.catch(() => {
      if (this.#hubs.get(account) === starting) this.#hubs.delete(account);
    });
    return starting;
  }

  async #startAnew(account: string): Promise<Hub> {
    const { signal, ledger, clock, host } = this.#parts;
    await this.#cleared;
    const id = nameHub(account);
    const record = findLocalRecord(ledger, id) ?? (await this.#choosePlace(id, account));
    if (record.opened) await this.#checkData(id);
    const [paths, files] = [await findKubernetesPrograms(HUB_PROGRAMS, { signal }), await findKarmadaFiles({ signal })];
    signal.throwIfAborted();
    const folder = this.#locate(id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const now = clock.now();
    const hub = await startHub({
      folder,
      place: record.place,
      paths,
      files,
      webhook: {
        url: `https://${host()}/control-planes/${id}`,
        certificateAuthority: getDoorAuthority(ledger, now).certificate,
        token: record.webhookToken,
      },
      now,
      signal,
      onFailure: (reason) => process.stderr.write(`simulator: the hub of ${account} can't go on: ${reason}\n`),
    });
    markOpened(ledger, id, VERSION);
    return hub;
  }

  async #choosePlace(id: string, account: string): Promise<LocalRecord> {
    const place = await choosePlace(id, HUB_PORTS);
    return insertLocalRecord(this.#parts.ledger, { id, account, place, version: VERSION });
  }

  /** What stood once and has no data is lost: an empty one in its place would know none of its members. */
  async #checkData(id: string): Promise<void> {
    const { storedData, identity } = locateFiles(this.#locate(id));
    for (const path of [storedData, identity]) {
      await access(path).catch(() => {
        throw new Error(`its data are gone: ${path}`);
      });
    }
  }

  #locate(id = ''): string {
    return join(this.#parts.dataDir, 'hubs', id);
  }
}

function nameHub(account: string): string {
  return `hub-${account}`;
}
