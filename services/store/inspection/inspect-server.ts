// What a PostgreSQL server says of itself, and how its clock goes.

import { URL } from 'node:url';
import type { Query } from '../transaction.ts';

/** What a server says of itself. */
export type ServerFacts = { version: string; major: number; tls: boolean; databases: string[]; readOnly: boolean };

/** The oldest version that serves. */
export const oldestMajor = 15;

/** Asks the server. */
export async function inspectServer(sql: Query): Promise<ServerFacts | undefined> {
  const [facts] = await sql<ServerFacts[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as tls,
      array(select datname::text from pg_database where datallowconn) as databases, pg_is_in_recovery() as read_only
  `;
  return facts;
}

/** Milliseconds that the server's clock is ahead of this host's; the way there and back is shared evenly. */
export async function measureClock(sql: Query): Promise<number> {
  await sql`select 1`;
  const asked = Date.now();
  const [row] = await sql<{ at: Date }[]>`select clock_timestamp() as at`;
  const answered = Date.now();
  return (row?.at.getTime() ?? answered) - (asked + answered) / 2;
}

/** Whether the server of a URL is on this host, where nobody listens in between. */
export function isOnThisHost(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  return ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname) || (searchParams.get('host') ?? '').startsWith('/');
}
