// The kind of control plane that is a real Kubernetes on loopback: etcd, API server, controllers, scheduler, and nodes that are played.
import { access, mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ControlPlane } from '../../clouds/control-plane.ts';
import { getAuthority as getDoorAuthority } from '../authority.ts';
import type { ControlPlaneKind, ControlPlaneOrder, KindParts } from '../kind.ts';
import { choosePlace } from './loopback-address.ts';
import { killMarkedProcesses } from './marked-processes.ts';
import { startMember, type Member } from './member.ts';
import { locateFiles, MEMBER_PORTS, MEMBER_PROGRAMS, type MemberPaths } from './member-programs.ts';
import { applyPool, applyVersion } from './nodes/apply-nodes.ts';
import { createStartGate } from './start-gate.ts';
import { findLocalRecord, insertLocalRecord, markOpened, removeLocalRecord, type LocalRecord } from './records.ts';

/** Finds the programs, which may take minutes on a machine that has none of them yet. */
export type FindPrograms = (names: typeof MEMBER_PROGRAMS, options: { signal: AbortSignal }) => Promise<MemberPaths>;

/** Makes the kind. */
export class LocalKind implements ControlPlaneKind {
  readonly #parts: KindParts;
  readonly #findPrograms: FindPrograms;
  readonly #gate = createStartGate();
  readonly #members = new Map<string, Promise<Member>>();
  readonly #cleared: Promise<void>;

  constructor(parts: KindParts, findPrograms: FindPrograms) {
    this.#parts = parts;
    this.#findPrograms = findPrograms;
    this.#cleared = this.#clearLeftOvers();
    this.#cleared.catch(() => undefined);
  }

  async open({ id, account, version }: ControlPlaneOrder): Promise<ControlPlane> {
    const { ledger } = this.#parts;
    const record = findLocalRecord(ledger, id) ?? (await this.#choosePlace(id, account, version));
    const lost = record.opened ? await this.#findLoss(id) : undefined;
    if (lost !== undefined) throw new Error(lost);
    const plane = await this.#bringUp(record);
    markOpened(ledger, id, version);
    return plane;
  }

  async find(id: string): Promise<ControlPlane | undefined> {
    const record = findLocalRecord(this.#parts.ledger, id);
    if (!record?.opened) return undefined;
    const lost = await this.#findLoss(id);
    try {
      if (lost === undefined) return await this.#bringUp(record);
      this.#parts.report(id, lost);
    } catch (error) {
      if (this.#parts.signal.aborted) throw error;
      this.#parts.report(id, (error as Error).message);
    }
    return undefined;
  }

  async upgrade(id: string, version: string): Promise<void> {
    const { api } = await this.#getMember(id);
    await applyVersion(api, version);
    markOpened(this.#parts.ledger, id, version);
  }

  async scale(id: string, pool: Parameters<ControlPlaneKind['scale']>[1]): Promise<void> {
    const record = findLocalRecord(this.#parts.ledger, id);
    // What never stood, or is lost, has no nodes that could be taken away.
    if (!record || (pool.nodes.length === 0 && !(await this.#findRunning(id)))) return;
    const { api } = await this.#getMember(id);
    await applyPool(api, pool, { version: record.version, signal: this.#parts.signal });
  }

  async close(id: string): Promise<void> {
    const starting = this.#members.get(id);
    this.#members.delete(id);
    await (await starting?.catch(() => undefined))?.stop({ hard: true });
    const folder = this.#locate(id);
    await killMarkedProcesses(folder);
    await rm(folder, { recursive: true, force: true });
    removeLocalRecord(this.#parts.ledger, id);
  }

  async stop(): Promise<void> {
    // What still starts ends by itself, for it hears of the stop as well.
    await Promise.all([...this.#members.values()].map(async (member) => (await member.catch(() => undefined))?.stop()));
  }

  /** The processes of a control plane, for whoever watches or breaks them. */
  async listProcesses(id: string): Promise<{ name: string; pid: number }[]> {
    return (await this.#members.get(id))?.listProcesses() ?? [];
  }

  /** Processes of a daemon that was killed, where the kernel could not end them with it. */
  async #clearLeftOvers(): Promise<void> {
    await killMarkedProcesses(this.#locate());
  }

  async #choosePlace(id: string, account: string, version: string): Promise<LocalRecord> {
    const place = await choosePlace(id, MEMBER_PORTS);
    return insertLocalRecord(this.#parts.ledger, { id, account, place, version });
  }

  async #bringUp(record: LocalRecord): Promise<ControlPlane> {
    const { id } = record;
    const member = await this.#start(record);
    await member.untilReady();
    return { id, authority: member.authority, certificateAuthority: member.certificateAuthority };
  }

  /** Starts it, unless it runs. One that failed is started anew. */
  async #start(record: LocalRecord): Promise<Member> {
    const { id } = record;
    const running = await this.#findRunning(id);
    if (running) return running;
    const starting = this.#gate(() => this.#startAnew(record));
    this.#members.set(id, starting);
    starting.catch(() => {
      if (this.#members.get(id) === starting) this.#members.delete(id);
    });
    return starting;
  }

  async #startAnew({ id, place, webhookToken }: LocalRecord): Promise<Member> {
    const { signal, ledger, clock, host, report } = this.#parts;
    await this.#cleared;
    const paths = await this.#findPrograms(MEMBER_PROGRAMS, { signal });
    signal.throwIfAborted();
    const folder = this.#locate(id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return startMember({
      folder,
      place,
      paths,
      webhook: {
        url: `https://${host()}/control-planes/${id}`,
        certificateAuthority: getDoorAuthority(ledger, clock.now()).certificate,
        token: webhookToken,
      },
      now: clock.now(),
      signal,
      onFailure: (reason) => report(id, reason),
    });
  }

  async #findRunning(id: string): Promise<Member | undefined> {
    const member = await this.#members.get(id)?.catch(() => undefined);
    return member?.findFailure() === undefined ? member : undefined;
  }

  async #getMember(id: string): Promise<Member> {
    const member = await this.#members.get(id);
    if (!member) throw new Error(`the control plane ${id} does not run`);
    await member.untilReady();
    return member;
  }

  /** Says what is missing of one that stood once. */
  async #findLoss(id: string): Promise<string | undefined> {
    const folder = this.#locate(id);
    const { storedData, identity } = locateFiles(folder);
    for (const path of [storedData, identity]) {
      if (!(await isThere(path))) return `its data are gone: ${relative(folder, path)}`;
    }
    return undefined;
  }

  #locate(id = ''): string {
    return join(this.#parts.dataDir, 'control-planes', id);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
