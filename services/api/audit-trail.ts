// The audit trail of what changes nothing: gathered, and written a batch at a time, so that requests do not each cost a transaction.

import type { FastifyBaseLogger } from 'fastify';
import { addAuditEvents, type NewAuditEvent } from '../store/audit-events.ts';
import { addAuditTallies, type AuditTally } from '../store/audit-tallies.ts';
import type { Store } from '../store/open-store.ts';

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
  /** Addresses of strangers in one minute that are counted apart; the others are counted together. */
  addressesAMinute?: number;
  /** Events that are kept while they cannot be written. */
  most?: number;
};

type Waiting = { event: NewAuditEvent; settle?: (error?: Error) => void };

const minuteMs = 60_000;
const batch = 500;
/** The address of strangers who are too many to be counted apart. */
const others = 'others';

/** Opens the trail; it writes nothing before something is told. */
export function openAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { store, log, clock = () => new Date(), everyMs = 100, heldMs = 5 } = options;
  const { retryMs = 1000, most = 10_000 } = options;
  const { refusalsAMinute = 300, addressesAMinute = 1000 } = options;
  let waiting: Waiting[] = [];
  let tallies = new Map<string, AuditTally>();
  let timer: NodeJS.Timeout | undefined;
  let held = false;
  let writing: Promise<boolean> | undefined;
  let closed = false;
  const seen = { minute: 0, refusals: new Map<string, number>(), addresses: new Set<string>() };

  const beginMinute = (): Date => {
    const minute = Math.floor(clock().getTime() / minuteMs) * minuteMs;
    if (minute !== seen.minute) Object.assign(seen, { minute, refusals: new Map(), addresses: new Set() });
    return new Date(minute);
  };
  const plan = (milliseconds: number): void => {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      held = false;
      void write().then((done) => {
        if (waiting.length + tallies.size > 0) plan(done ? everyMs : retryMs);
      });
    }, milliseconds);
    timer.unref();
  };
  const count = (minute: Date, address: string, tokenId: string | null): void => {
    const key = `${minute.getTime()} ${address} ${tokenId ?? ''}`;
    const tally = tallies.get(key) ?? { minute, address, tokenId, count: 0 };
    tally.count += 1;
    tallies.set(key, tally);
    plan(everyMs);
  };
  const keepBack = (events: Waiting[], counted: Map<string, AuditTally>): void => {
    for (const [key, tally] of counted) {
      const later = tallies.get(key);
      if (later !== undefined) later.count += tally.count;
      else if (tallies.size < most) tallies.set(key, tally);
    }
    waiting = [...events, ...waiting];
    const lost = waiting.splice(0, Math.max(0, waiting.length - most)).length;
    if (lost > 0) log.error({ lost }, 'audit events could not be kept any longer and are lost');
  };
  const writeBatch = async (): Promise<boolean> => {
    const events = waiting.splice(0, batch);
    const counted = tallies;
    tallies = new Map();
    try {
      await store.asSystem(async (tx) => {
        await addAuditEvents(
          tx,
          events.map(({ event }) => event),
        );
        await addAuditTallies(tx, [...counted.values()]);
      });
      for (const { settle } of events) settle?.();
      return true;
    } catch (error) {
      log.warn({ err: error }, 'audit events could not be written; they are kept');
      // Whoever waits is refused what they asked for, so there is nothing to tell any more.
      for (const { settle } of events) settle?.(error as Error);
      keepBack(
        events.filter(({ settle }) => settle === undefined),
        counted,
      );
      return false;
    }
  };
  /** Writes all that there is; says whether it could. */
  const write = async (): Promise<boolean> => {
    writing ??= (async () => {
      let done = true;
      while (done && waiting.length + tallies.size > 0) done = await writeBatch();
      return done;
    })().finally(() => (writing = undefined));
    return writing;
  };
  return {
    store: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, settle: (error) => (error === undefined ? resolve() : reject(error)) });
        if (held) return;
        // Once a batch, or those who come one after the other would put it off for ever.
        held = true;
        clearTimeout(timer);
        timer = undefined;
        plan(heldMs);
      }),
    note(event) {
      const minute = beginMinute();
      const { tokenId, address } = event;
      if (tokenId !== null) {
        const refusals = (seen.refusals.get(tokenId) ?? 0) + 1;
        seen.refusals.set(tokenId, refusals);
        if (refusals > refusalsAMinute) return count(minute, address ?? others, tokenId);
      }
      waiting.push({ event });
      if (waiting.length > most) keepBack([], new Map());
      plan(everyMs);
    },
    countStranger(address) {
      const minute = beginMinute();
      const known = seen.addresses.has(address) || seen.addresses.size < addressesAMinute;
      if (known) seen.addresses.add(address);
      count(minute, known ? address : others, null);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await writing;
      if (!(await write())) log.error({ lost: waiting.length }, 'audit events could not be written before the end');
    },
  };
}
