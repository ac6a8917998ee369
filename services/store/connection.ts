// How this room connects to PostgreSQL: names, types and limits that every pool shares.

import postgres from 'postgres';
import { textLists } from './text-lists.ts';
import type { Pool } from './transaction.ts';

/** What a pool needs. */
export type ConnectionOptions = {
  /** `postgres://user:password@host:port/database`; its role must be a member of both of Fleetyard's. */
  url: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Connections at most; 10 when not said. */
  max?: number;
};

/** How long a unit of work may wait, in seconds. A wait that is over is told as `unavailable`. */
export type WaitLimits = {
  /** For one statement; PostgreSQL ends it. A connection that says nothing for a little longer counts as dead. */
  statementSeconds: number;
  /** For a lock that another unit of work holds. */
  lockSeconds: number;
  /** Between two statements of a transaction: a process that hangs must not hold its locks for ever. */
  idleSeconds: number;
  /** For a session of the pool, and for a new connection. */
  acquireSeconds: number;
};

/** Limits that suit units of work as short as these; the configuration may say others. */
export const defaultLimits: WaitLimits = { statementSeconds: 30, lockSeconds: 15, idleSeconds: 30, acquireSeconds: 15 };

/** What a pool of one connection needs beside it. */
export type SingleConnectionOptions = {
  /** Never close an idle connection: between two statements of a transaction it looks idle. */
  keepOpen?: boolean;
  onClose?: () => void;
  /** The role of every statement that is not told another: what goes astray can do nothing. */
  role?: string;
  connectSeconds?: number;
};

const keepAliveSeconds = 10;

/** Opens a pool; nothing connects before the first query. */
export function connect(options: ConnectionOptions & SingleConnectionOptions): Pool {
  const { url, applicationName, max = 10, keepOpen = false, onClose = () => undefined, role } = options;
  const { connectSeconds = defaultLimits.acquireSeconds } = options;
  return postgres(url, {
    max,
    connect_timeout: connectSeconds,
    // The kernel asks after a while whether the other side is still there; without it a cut that nobody tells is never noticed.
    keep_alive: keepAliveSeconds,
    idle_timeout: keepOpen ? 0 : 60,
    ...(keepOpen ? { max_lifetime: null } : {}),
    onclose: onClose,
    onnotice: () => undefined,
    // The client would ask each new connection for them, in a promise that nobody awaits: a connection that breaks meanwhile ends the
    // process (postgres 3.4.9).
    fetch_types: false,
    types: { textLists },
    // Column names only: `postgres.camel` would rewrite the keys inside jsonb too, and labels and specs are the user's.
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    connection: {
      application_name: applicationName,
      idle_in_transaction_session_timeout: 60_000,
      // The same question from the server's side: what a host held that is gone must be free soon.
      tcp_keepalives_idle: keepAliveSeconds,
      tcp_keepalives_interval: keepAliveSeconds,
      tcp_keepalives_count: 3,
      tcp_user_timeout: 4 * keepAliveSeconds * 1000,
      ...(role === undefined ? {} : { role }),
    },
  });
}

/** A role's name as SQL takes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The same server, another database, user and password. */
export function withLogin(url: string, login: { database: string; user: string; password: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(login.database)}`;
  changed.username = encodeURIComponent(login.user);
  changed.password = encodeURIComponent(login.password);
  return changed.toString();
}
