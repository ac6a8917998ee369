// The store's front door: a pool, units of work as one project or as the system, and notifications.

import { setTimeout as delay } from 'node:timers/promises';
import type { Consequence } from '../domain/consequences.ts';
import { FleetyardError } from '../domain/errors.ts';
import { appRole, checkIsolation, systemRole } from './check-isolation.ts';
import { checkLogin } from './check-login.ts';
import { connect, defaultLimits, type ConnectionOptions, type WaitLimits } from './connection.ts';
import { explainAway, isAway, isBusy, isTransient, sayAway } from './database-errors.ts';
import { createLookUps, lookUpSessions, type LookUps } from './look-ups.ts';
import { createRangeHints } from './range-hints.ts';
import { createNews } from './news.ts';
import { checkSchema } from './schema-version.ts';
import { openSessionPool, type Session, type SessionPool } from './session-pool.ts';
import type { Keeping } from './retention.ts';
import { findStateUrl } from './state-database.ts';
import { pruneStateHistory } from './state-history.ts';
import type { StoreVault, Tx } from './transaction.ts';

/** What a store needs. */
export type StoreOptions = ConnectionOptions & {
  limits?: WaitLimits;
  /** How many connections beside those serve urgent work alone; 2 when not said. */
  reserved?: number;
  /** How many units of work may wait for a connection; more are refused at once, and projects take turns. No bound when not said. */
  waiting?: number;
  vault: StoreVault;
  /** Delivers what follows a commit, and reports what it could not deliver: the commit stands, so it has nobody to tell. */
  onCommitted?: Deliver;
};

/** Delivers what follows a commit. */
type Deliver = (consequences: readonly Consequence[]) => Promise<void>;

/** Work inside one transaction. It may run again after a deadlock, so it does nothing outside of the database. */
export type Work<T> = (tx: Tx) => Promise<T>;

/** Ends a subscription. */
export type Unlisten = () => Promise<void>;

/** The open store. */
export type Store = {
  /** One transaction that sees and changes only the project's rows. */
  asProject<T>(projectId: string, work: Work<T>): Promise<T>;
  /** One transaction that sees all projects: sweeps, the worker, token look-up. */
  asSystem<T>(work: Work<T>): Promise<T>;
  /**
   * The same on connections that only such work may use, with limits of a few seconds: what must not wait behind others, such as
   * heartbeats of leases.
   */
  asUrgent<T>(work: Work<T>): Promise<T>;
  /** What every request asks first; connections of their own, no transaction. */
  lookUps: LookUps;
  /**
   * Hears a channel on one connection of its own, which reconnects by itself; `onReady` is called after each
   * (re)connection, when notifications may have been missed.
   */
  listen(channel: string, onNotify: (payload: string) => void, onReady?: () => void): Promise<Unlisten>;
  /** Throws `unavailable` when the database does not answer. */
  ping(): Promise<void>;
  /** URL of Pulumi's state database with its own login. */
  getStateUrl(): Promise<string>;
  /** Forgets old entries of the history that Pulumi keeps beside its state; returns how many. */
  pruneStateHistory(keeping: Keeping): Promise<number>;
  /** Waits for running work up to the grace, then closes every connection. */
  close(graceSeconds?: number): Promise<void>;
};

const attempts = 5;
/** How many connections are tried before the database counts as away. */
const beginAttempts = 3;

/** Opens the store; refuses a schema of another version, and a database whose roles or whose login do not keep projects apart. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { vault, onCommitted, limits = defaultLimits, reserved = 2, waiting, ...connection } = options;
  const sql = connect({ ...connection, max: 1 });
  try {
    await checkSchema(sql);
    await checkIsolation(sql);
    await checkLogin(sql);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw explainAway(error);
  }
  const sessions = openSessionPool({ ...connection, limits, ...(waiting === undefined ? {} : { waiting }) });
  const urgent = openSessionPool({ ...connection, max: reserved, limits: shorten(limits) });
  const readers = openSessionPool({
    ...connection,
    // Two kinds of look-ups; the look at the tokens of open streams and the news share one.
    max: 2 * lookUpSessions + 1,
    role: systemRole,
    limits: shorten(limits),
  });
  const rangeHints = createRangeHints();
  const news = createNews(readers);
  const runOn = async <T>(pool: SessionPool, projectId: string | null, work: Work<T>): Promise<T> => {
    const { result, consequences } = await runWork(pool, { vault, rangeHints }, projectId, work);
    const following: Consequence[] = [];
    for (const one of consequences) {
      if (one.kind === 'news') news.tell(one.operationId);
      else following.push(one);
    }
    // After the session was given back: who delivers may be slow, and whatever comes of it, the work is done.
    if (following.length > 0) await onCommitted?.(following).catch(() => undefined);
    return result;
  };
  const asSystem = <T>(work: Work<T>): Promise<T> => runOn(sessions, null, work);
  const getStateUrl = async (): Promise<string> => {
    const found = await asSystem((tx) => findStateUrl(tx, connection.url));
    if (found !== undefined) return found;
    throw new FleetyardError('unavailable', 'The state database is missing: run the migrations.');
  };
  const asUrgent = <T>(work: Work<T>): Promise<T> => runOn(urgent, null, work);
  return {
    asProject: (projectId, work) => runOn(sessions, projectId, work),
    asSystem,
    asUrgent,
    lookUps: createLookUps(readers),
    async listen(channel, onNotify, onReady) {
      try {
        const { unlisten } = await sql.listen(channel, onNotify, onReady);
        return unlisten;
      } catch (error) {
        if (!isAway(error)) throw error;
        // The client tries again by itself, until the store is closed.
        return async () => undefined;
      }
    },
    // On a session that gives up after some seconds: a server behind a broken network never answers.
    async ping() {
      await asUrgent(({ sql: query }) => query`select 1`);
    },
    getStateUrl,
    async pruneStateHistory(keeping) {
      // As whoever the store itself is, for the engine's login may be anybody's.
      const { pathname } = new URL(await getStateUrl());
      return pruneStateHistory(Object.assign(new URL(connection.url), { pathname }).toString(), keeping);
    },
    async close(graceSeconds = 5) {
      await Promise.all([sessions.end(graceSeconds), urgent.end(graceSeconds), readers.end(graceSeconds)]);
      await sql.end({ timeout: 1 });
    },
  };
}

/** Seconds that urgent work may wait for anything. */
const urgentSeconds = 5;

function shorten(limits: WaitLimits): WaitLimits {
  const shortened = Object.entries(limits).map(([name, seconds]) => [name, Math.min(seconds, urgentSeconds)]);
  return Object.fromEntries(shortened) as WaitLimits;
}

/** What a unit of work returned, and what follows it. */
type Committed<T> = { result: T; consequences: Tx['consequences'] };

async function runWork<T>(
  sessions: SessionPool,
  parts: Pick<Tx, 'vault' | 'rangeHints'>,
  projectId: string | null,
  work: Work<T>,
): Promise<Committed<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sessions.use(
        (session) => runTransaction(session, { ...parts, limits: sessions.limits }, projectId, work),
        projectId ?? '',
      );
    } catch (error) {
      // An idle connection may have died unnoticed. As nothing was begun on it, another one is tried.
      if (error instanceof BeginError && attempt < beginAttempts) continue;
      if (error instanceof BeginError || isAway(error)) throw sayAway(error);
      if (isBusy(error)) throw sayBusy(error);
      if (!isTransient(error) || attempt === attempts) throw error;
      await delay(Math.random() * 20 * 2 ** attempt);
    }
  }
}

async function runTransaction<T>(
  session: Session,
  { vault, rangeHints, limits }: Pick<Tx, 'vault' | 'rangeHints'> & { limits: WaitLimits },
  projectId: string | null,
  work: Work<T>,
): Promise<Committed<T>> {
  const role = projectId === null ? systemRole : appRole;
  const query = {
    get sql() {
      return session.sql;
    },
  };
  try {
    const keyId = await begin(query, { role, projectId, limits });
    const tx: Tx = Object.assign(query, { projectId, vault: vault.sealingBy(keyId), consequences: [], rangeHints });
    const result = await work(tx);
    const { command } = await tx.sql`commit`;
    // PostgreSQL answers so when a statement failed and somebody went on as if it had not.
    if (command !== 'COMMIT') throw new FleetyardError('internal', 'A statement failed, so nothing was written.');
    return { result, consequences: tx.consequences };
  } catch (error) {
    if (error instanceof BeginError || isAway(error)) session.giveUp();
    else await rollBack(session);
    throw error;
  }
}

/** The connection was lost before the work began. */
class BeginError extends Error {}

/**
 * Begins a transaction, and says which master key seals in it. A project's work looks up rows by keys, a few in the order of an index. Plans
 * that were made when a table was small, or on one that nobody analysed, would read all of it, also for a foreign key (7 ms a cluster at 3,000),
 * or all that is behind a window of ranges (98 ms a batch at 10,000); they cannot.
 */
async function begin(
  { sql }: Pick<Tx, 'sql'>,
  { role, projectId, limits }: { role: string; projectId: string | null; limits: WaitLimits },
): Promise<string | null> {
  const scans = projectId === null ? 'on' : 'off';
  try {
    // Sent together: one way to the server instead of two.
    const [, rows] = await Promise.all([
      sql`begin`,
      sql<{ keyId: string | null }[]>`
        select set_config('role', ${role}, true), set_config('fleetyard.project', ${projectId ?? ''}, true),
          (select id from master_keys order by became_current_at desc limit 1) as key_id,
          set_config('statement_timeout', ${inMilliseconds(limits.statementSeconds)}, true),
          set_config('lock_timeout', ${inMilliseconds(limits.lockSeconds)}, true),
          set_config('idle_in_transaction_session_timeout', ${inMilliseconds(limits.idleSeconds)}, true),
          set_config('enable_seqscan', ${scans}, true), set_config('enable_bitmapscan', ${scans}, true)
      `,
    ]);
    return rows[0]?.keyId ?? null;
  } catch (cause) {
    throw isAway(cause) ? new BeginError('the connection was lost at the begin', { cause }) : cause;
  }
}

async function rollBack(session: Session): Promise<void> {
  if (session.lost) return;
  try {
    await session.sql`rollback`;
  } catch {
    // The error that led here is the one to tell.
    session.giveUp();
  }
}

function inMilliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

function sayBusy(cause: unknown): FleetyardError {
  return new FleetyardError('unavailable', 'The database is busy; try again.', { cause });
}
