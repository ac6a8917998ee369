// The audit trail of what changes nothing: gathered, and written a batch at a time, so that requests do not each cost a transaction.

import type { FastifyBaseLogger } from 'fastify';
import { addAuditEvents, type NewAuditEvent } from '../store/audit-events.ts';
import { addAuditTallies } from '../store/audit-tallies.ts';
import type { Store } from '../store/open-store.ts';
import { createRefusalCounts, type RefusalCounts } from './count-refusals.ts';

/** Where handlers and hooks tell what happened. */
export type AuditTrail = {
  /** Resolves when the event is stored, and throws when it could not be. */
  store(event: NewAuditEvent): Promise<void>;
  /** Stores the event soon, without anybody waiting; what a token is refused beyond its measure is only counted. */
  note(event: NewAuditEvent): void;
  /** Counts a caller that nobody knows. */
  countStranger(address: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
};

/** What a trail needs; the rest has a default that suits production. */
export type AuditTrailOptions = {
  store: Pick<Store, 'asSystem'>;
  log: FastifyBaseLogger;
  clock?: () => Date;
  /** From the first event of a batch to its writing. */
  everyMs?: number;
  /** The same while somebody waits for it. */
  heldMs?: number;
  /** From a batch that could not be written to the next attempt. */
  retryMs?: number;
  /** Refusals of one token in one minute that are told one by one. */
  refusalsAMinute?: number;
  /** Addresses of strangers in one minute that are counted apart. */
  addressesAMinute?: number;
  /** Events that are kept while they cannot be written. */
  most?: number;
};

type Waiting = { event: NewAuditEvent; settle?: (error?: Error) => void };

const batch = 500;

/** Opens the trail; it writes nothing before something is told. */
export function openAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { everyMs = 100, heldMs = 5, retryMs = 1000, most = 10_000 } = options;
  const { clock = () => new Date(), refusalsAMinute = 300, addressesAMinute = 1000 } = options;
  const counts = createRefusalCounts({ clock, refusalsAMinute, addressesAMinute, most });
  const writer = createWriter(options, counts, most);
  let timer: NodeJS.Timeout | undefined;
  let held = false;
  let closed = false;
  const plan = (milliseconds: number): void => {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      held = false;
      void writer.write().then((done) => {
        if (writer.left() > 0) plan(done ? everyMs : retryMs);
      });
    }, milliseconds);
    timer.unref();
  };
  return {
    store: (event) =>
      new Promise((resolve, reject) => {
        writer.add({ event, settle: (error) => (error === undefined ? resolve() : reject(error)) });
        if (held) return;
        // Once a batch, or those who come one after the other would put it off for ever.
        held = true;
        clearTimeout(timer);
        timer = undefined;
        plan(heldMs);
      }),
    note(event) {
      const { tokenId, address } = event;
      if (tokenId === null || counts.admit(tokenId, address)) writer.add({ event });
      plan(everyMs);
    },
    countStranger(address) {
      counts.countStranger(address);
      plan(everyMs);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await writer.write();
      if (writer.left() > 0 && !(await writer.write())) {
        options.log.error({ lost: writer.left() }, 'audit events could not be written before the end');
      }
    },
  };
}

type Writer = {
  add(waiting: Waiting): void;
  left(): number;
  /** Writes all that there is; says whether it could. */
  write(): Promise<boolean>;
};

/** Holds what is not written yet, within bounds, and writes one batch at a time. */
function createWriter({ store, log }: AuditTrailOptions, counts: RefusalCounts, most: number): Writer {
  let waiting: Waiting[] = [];
  let writing: Promise<boolean> | undefined;
  const dropOldest = (): void => {
    const lost = waiting.splice(0, Math.max(0, waiting.length - most));
    if (lost.length === 0) return;
    for (const { settle } of lost) settle?.(new Error('the audit trail is full'));
    log.error({ lost: lost.length }, 'audit events could not be kept any longer and are lost');
  };
  const writeBatch = async (): Promise<boolean> => {
    const events = waiting.splice(0, batch);
    const sums = counts.take();
    try {
      await store.asSystem(async (tx) => {
        const told = events.map(({ event }) => event);
        await addAuditEvents(tx, told);
        await addAuditTallies(tx, sums);
      });
      for (const { settle } of events) settle?.();
      return true;
    } catch (error) {
      log.warn({ err: error }, 'audit events could not be written; they are kept');
      // Whoever waits is refused what they asked for, so there is nothing to tell any more.
      for (const { settle } of events) settle?.(error as Error);
      waiting = [...events.filter(({ settle }) => settle === undefined), ...waiting];
      counts.giveBack(sums);
      dropOldest();
      return false;
    }
  };
  const writeAll = async (): Promise<boolean> => {
    let done = true;
    while (done && waiting.length + counts.size > 0) done = await writeBatch();
    return done;
  };
  return {
    add(one) {
      waiting.push(one);
      // Those who wait for it are as few as the requests under way, and displace nothing.
      if (one.settle === undefined) dropOldest();
    },
    left: () => waiting.length + counts.size,
    write: () => (writing ??= writeAll().finally(() => (writing = undefined))),
  };
}
