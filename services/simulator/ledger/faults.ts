// Faults that a person or a test orders for a simulated account, and the gates that hold calls until released.
import { EventEmitter, once } from 'node:events';
import type { Ledger } from './ledger.ts';

/** What can go wrong on order. */
export const FAULT_KINDS = [
  'throttle',
  'capacity',
  'timeout-after-create',
  'partial-create',
  'slow-create',
  'slow-delete',
  'crash-after-create',
] as const;

/** A kind of fault. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** An ordered fault. */
export type Fault = {
  id: number;
  account: string;
  kind: FaultKind;
  /** A type token, or a pattern with `*`. */
  type: string;
  nameContains: string;
  /** How often it strikes; null means until it is cleared. */
  count: number | null;
  delaySeconds: number | null;
  /** Slow faults only: the call is held until the fault is released. */
  held: boolean;
};

/** The orders of all accounts. */
export class Faults {
  readonly #ledger: Ledger;
  readonly #released = new EventEmitter().setMaxListeners(0);

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  order(fault: Omit<Fault, 'id'>): Fault {
    const row = this.#ledger.get(
      `insert into faults (account, kind, type, name_contains, remaining, delay_seconds, held)
       values (?, ?, ?, ?, ?, ?, ?) returning id`,
      fault.account,
      fault.kind,
      fault.type,
      fault.nameContains,
      fault.count,
      fault.delaySeconds,
      fault.held ? 1 : 0,
    );
    return { ...fault, id: Number(row?.['id']) };
  }

  list(account: string): Fault[] {
    return this.#ledger.all('select * from faults where account = ? order by id', account).map((row) => ({
      id: Number(row['id']),
      account,
      kind: String(row['kind']) as FaultKind,
      type: String(row['type']),
      nameContains: String(row['name_contains']),
      count: row['remaining'] === null ? null : Number(row['remaining']),
      delaySeconds: row['delay_seconds'] === null ? null : Number(row['delay_seconds']),
      held: row['held'] === 1,
    }));
  }

  /** Clears a fault and lets go what it holds. */
  clear(account: string, id: number): boolean {
    const cleared = this.#ledger.run('delete from faults where account = ? and id = ?', account, id) > 0;
    if (cleared) this.#released.emit(String(id));
    return cleared;
  }

  /** Finds the first fault of these kinds that strikes a call, and uses it up once. */
  strike(account: string, type: string, name: string, kinds: FaultKind[]): Fault | undefined {
    const fault = this.list(account).find(
      (each) =>
        kinds.includes(each.kind) &&
        (each.count === null || each.count > 0) &&
        matches(each.type, type) &&
        name.includes(each.nameContains),
    );
    // A gate stays until somebody opens it; everything else is used up.
    if (fault && fault.count !== null) {
      this.#ledger.run('update faults set remaining = remaining - 1 where id = ?', fault.id);
      if (fault.count === 1 && !fault.held) this.#ledger.run('delete from faults where id = ?', fault.id);
    }
    return fault;
  }

  /** Finds the gate that holds a resource whose call used it. */
  findGate(account: string, type: string, name: string, kind: FaultKind): Fault | undefined {
    return this.list(account).find(
      (each) => each.kind === kind && each.held && matches(each.type, type) && name.includes(each.nameContains),
    );
  }

  /** Waits until a holding fault is cleared. */
  async wait(fault: Fault, signal: AbortSignal): Promise<void> {
    const stands = this.list(fault.account).some((each) => each.id === fault.id);
    if (stands) await once(this.#released, String(fault.id), { signal });
  }
}

function matches(pattern: string, type: string): boolean {
  if (pattern === '' || pattern === '*') return true;
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i').test(type) || type.split(':').at(-1)?.toLowerCase() === pattern.toLowerCase();
}
