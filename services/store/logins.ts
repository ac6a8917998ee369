// The logins of a server that is ours alone: the owner who migrates, the API, and the worker, made by a superuser.

import { createHmac } from 'node:crypto';
import { appRole, systemRole } from './check-isolation.ts';
import { connect, withLogin } from './connection.ts';
import type { Pool } from './transaction.ts';

/** Who logs in. docs/database-logins.md says the same in SQL, for servers of others. */
const logins = {
  migration: { user: 'fleetyard_owner', attributes: 'createdb createrole' },
  api: { user: 'fleetyard_api', attributes: '' },
  // Each lease gets a login of its own to Pulumi's state, which the worker makes and drops.
  worker: { user: 'fleetyard_worker', attributes: 'createrole' },
} as const;

/** How each of them logs in to the database that they were prepared for. */
export type LoginUrls = Record<keyof typeof logins, string>;

/** The logins that the migrator lets in. */
export const runtimeLogins: readonly string[] = [logins.api.user, logins.worker.user];

/** URLs of the logins on the server and database of a superuser's URL, whose password theirs are derived from. */
export function describeLogins(adminUrl: string): LoginUrls {
  const { pathname, password } = new URL(adminUrl);
  const database = decodeURIComponent(pathname.slice(1));
  const derive = (user: string): string =>
    createHmac('sha256', decodeURIComponent(password)).update(`fleetyard/login/${user}`).digest('base64url');
  const url = ({ user }: { user: string }): string => withLogin(adminUrl, { database, user, password: derive(user) });
  return { migration: url(logins.migration), api: url(logins.api), worker: url(logins.worker) };
}

/** Makes the logins, and hands them what an earlier release made as the superuser; safe to repeat. */
export async function prepareLogins(adminUrl: string, stateDatabase: string): Promise<LoginUrls> {
  const urls = describeLogins(adminUrl);
  const sql = connect({ url: adminUrl, applicationName: 'fleetyard-logins', max: 1 });
  try {
    for (const [name, { user, attributes }] of Object.entries(logins)) {
      const { password } = new URL(urls[name as keyof LoginUrls]);
      await ensureRole(sql, user, `login nosuperuser nobypassrls ${attributes} password '${password}'`);
    }
    const { migration, worker } = logins;
    for (const role of [appRole, systemRole]) {
      await ensureRole(sql, role, '');
      await sql`grant ${sql(role)} to ${sql(migration.user)} with admin option`;
    }
    await handOver(sql, migration.user);
    await handOverState(sql, { stateDatabase, owner: migration.user, workers: [worker.user] });
    return urls;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Hands what a superuser restored to whom it belonged to: the owner of the database, and those of the logins that may make roles.
 * Safe to repeat; a login that does not exist yet gets nothing.
 */
export async function handOverRestored(
  url: string,
  { stateDatabase, runtimeLogins }: { stateDatabase: string; runtimeLogins: readonly string[] },
): Promise<void> {
  const sql = connect({ url, applicationName: 'fleetyard-logins', max: 1 });
  try {
    const [row] = await sql<{ owner: string; self: string }[]>`
      select pg_get_userbyid(datdba)::text as owner, current_user::text as self from pg_database
      where datname = current_database()
    `;
    const owner = row === undefined || row.owner === row.self ? undefined : row.owner;
    if (owner !== undefined) {
      for (const role of [appRole, systemRole]) await sql`grant ${sql(role)} to ${sql(owner)} with admin option`;
      await handOver(sql, owner);
    }
    const workers = await sql<{ name: string }[]>`
      select rolname::text as name from pg_roles
      where rolname = any(${runtimeLogins as string[]}::text[]) and rolcreaterole and rolname <> current_user
    `;
    await handOverState(sql, { stateDatabase, owner, workers: workers.map(({ name }) => name) });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Utility statements take no parameters; names are ours and passwords base64url. */
async function ensureRole(sql: Pool, name: string, attributes: string): Promise<void> {
  const [found] = await sql`select 1 from pg_roles where rolname = ${name}`;
  if (found === undefined)
    await sql`create role ${sql(name)} with ${sql.unsafe(attributes === '' ? 'nologin' : attributes)}`;
  else if (attributes !== '') await sql`alter role ${sql(name)} with ${sql.unsafe(attributes)}`;
}

async function handOver(sql: Pool, owner: string): Promise<void> {
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  await sql`grant create on database ${sql(row?.name ?? '')} to ${sql(owner)}`;
  await sql`grant usage, create on schema public to ${sql(owner)}`;
  const tables = await sql<{ name: string }[]>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and pg_get_userbyid(c.relowner)::text <> ${owner}
  `;
  for (const { name } of tables) await sql`alter table public.${sql(name)} owner to ${sql(owner)}`;
  // One that runs with the rights of its owner must not run with a superuser's; those of extensions stay.
  const functions = await sql<{ signature: string }[]>`
    select p.oid::regprocedure::text as signature from pg_proc p
    where p.pronamespace = 'public'::regnamespace and pg_get_userbyid(p.proowner)::text <> ${owner}
      and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  `;
  for (const { signature } of functions) await sql`alter function ${sql.unsafe(signature)} owner to ${sql(owner)}`;
}

/** The owner may change the login of the state and lend its role; the worker may lend and drop what it finds there. */
async function handOverState(
  sql: Pool,
  { stateDatabase, owner, workers }: { stateDatabase: string; owner: string | undefined; workers: readonly string[] },
): Promise<void> {
  const roles = await sql<{ name: string }[]>`
    select rolname::text as name from pg_roles where rolname = ${stateDatabase} or starts_with(rolname, ${`${stateDatabase}_`})
  `;
  for (const { name } of roles) {
    const heirs = name !== stateDatabase ? workers : owner === undefined ? [] : [owner];
    for (const heir of heirs) await sql`grant ${sql(name)} to ${sql(heir)} with admin option`;
  }
}
