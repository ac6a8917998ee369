// The control planes of all accounts, whatever their kind: reserved and released inside a change of the ledger, opened,
// upgraded, scaled and closed outside of it.
import { randomBytes } from 'node:crypto';
import type { ControlPlane, PlacedPool } from '../clouds/control-plane.ts';
import type { ControlPlaneKind, KindParts, KindTable } from './kind.ts';
import {
  findRecord,
  insertRecord,
  listRecords,
  listReleased,
  markReleased,
  removeRecord,
  saveLoss,
  saveOpen,
  type ControlPlaneRecord,
} from './records.ts';

/** Knows every control plane and asks its kind for what is needed. */
export class ControlPlanes {
  readonly #parts: KindParts;
  readonly #kinds: Map<string, ControlPlaneKind>;
  /** The last call for each control plane that is under way. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: KindParts, table: KindTable) {
    this.#parts = parts;
    this.#kinds = new Map(Object.entries(table).map(([name, create]) => [name, create(parts)]));
  }

  /** The id of a control plane to be, of the kind that the account has. */
  reserve(account: string): string {
    const { ledger } = this.#parts;
    const id = randomBytes(12).toString('hex');
    insertRecord(ledger, { id, account, kind: ledger.getControlPlanesOf(account) });
    return id;
  }

  /** Notes that a cluster has gone; `closeReleased` does the rest, also after a restart. */
  release(id: string): void {
    markReleased(this.#parts.ledger, id);
  }

  /** Where a control plane is, once it is open. */
  findOpen(id: string): ControlPlane | undefined {
    return findRecord(this.#parts.ledger, id)?.plane ?? undefined;
  }

  /** Opens a control plane, or brings the one that is open to the version. */
  ensure(id: string, version: string): Promise<ControlPlane> {
    return this.#inTurn(id, async () => {
      const record = this.#getRecord(id);
      const kind = this.#getKind(record);
      const found = await this.#untilStopped(kind.find(id));
      const plane = found ?? (await this.#untilStopped(kind.open({ id, account: record.account, version })));
      if (found && record.version !== version) await this.#untilStopped(kind.upgrade(id, version));
      saveOpen(this.#parts.ledger, plane, version);
      return plane;
    });
  }

  /** Looks for a control plane that was open when the daemon last stopped. */
  findAgain(id: string): Promise<ControlPlane | undefined> {
    return this.#inTurn(id, async () => {
      const record = findRecord(this.#parts.ledger, id);
      const plane = record && (await this.#untilStopped(this.#getKind(record).find(id)));
      if (plane) saveOpen(this.#parts.ledger, plane, record.version ?? '');
      return plane;
    });
  }

  /** Makes a pool's nodes what they are to be; a control plane that is closing needs none. */
  scale(id: string, pool: PlacedPool): Promise<void> {
    return this.#inTurn(id, async () => {
      const record = findRecord(this.#parts.ledger, id);
      if (record) await this.#untilStopped(this.#getKind(record).scale(id, pool));
    });
  }

  /** Closes a control plane and forgets it. */
  close(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      const record = findRecord(this.#parts.ledger, id);
      if (!record) return;
      await this.#untilStopped(this.#getKind(record).close(id));
      removeRecord(this.#parts.ledger, id);
    });
  }

  /** Closes those whose clusters have gone, of one account or of all. What does not close now is tried again the next time. */
  async closeReleased(account?: string): Promise<void> {
    const released = listReleased(this.#parts.ledger).filter(
      (each) => account === undefined || each.account === account,
    );
    const outcomes = await Promise.allSettled(released.map(({ id }) => this.close(id)));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled' || this.#parts.signal.aborted) continue;
      const reason = String((outcome.reason as Error).message);
      process.stderr.write(`simulator: the control plane ${released[index]?.id} does not close: ${reason}\n`);
    }
  }

  /** Notes that one that was open is lost. */
  lose(id: string, reason: string): void {
    saveLoss(this.#parts.ledger, id, reason);
  }

  isLost(id: string): boolean {
    return (findRecord(this.#parts.ledger, id)?.failure ?? null) !== null;
  }

  /** Those of an account, open or not. */
  list(account: string): ControlPlaneRecord[] {
    return listRecords(this.#parts.ledger, account);
  }

  /** Stops what runs for this daemon; what stands stays known. */
  async stop(): Promise<void> {
    await Promise.all([...this.#kinds.values()].map(async (kind) => kind.stop?.()));
  }

  #getRecord(id: string): ControlPlaneRecord {
    const record = findRecord(this.#parts.ledger, id);
    if (record) return record;
    throw new Error(`the control plane ${id} has been closed`);
  }

  #getKind({ kind: name }: ControlPlaneRecord): ControlPlaneKind {
    const kind = this.#kinds.get(name);
    if (kind) return kind;
    throw new Error(`there is no kind of control planes "${name}"`);
  }

  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#turns.get(id) === settled) this.#turns.delete(id);
      });
    this.#turns.set(id, settled);
    return turn;
  }

  /** A kind that does not heed the stop must not hold it, nor write to a ledger that is closed. */
  #untilStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#parts;
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason as Error);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}
