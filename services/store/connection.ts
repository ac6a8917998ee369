// How this room connects to PostgreSQL: names, types and limits that every pool shares.

import postgres from 'postgres';
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

/** What a pool of one connection needs beside it. */
export type SingleConnectionOptions = {
  /** Never close an idle connection: between two statements of a transaction it looks idle. */
  keepOpen?: boolean;
  onClose?: () => void;
  /** The role of every statement that is not told another: what goes astray can do nothing. */
  role?: string;
};

/** Opens a pool; nothing connects before the first query. */
export function connect(options: ConnectionOptions & SingleConnectionOptions): Pool {
  const { url, applicationName, max = 10, keepOpen = false, onClose = () => undefined, role } = options;
  return postgres(url, {
    max,
    connect_timeout: 15,
    idle_timeout: keepOpen ? 0 : 60,
    ...(keepOpen ? { max_lifetime: null } : {}),
    onclose: onClose,
    onnotice: () => undefined,
    // Column names only: `postgres.camel` would rewrite the keys inside jsonb too, and labels and specs are the user's.
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    // A process that hangs in the middle of a unit of work must not hold its locks for ever.
    connection: {
      application_name: applicationName,
      idle_in_transaction_session_timeout: 60_000,
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
