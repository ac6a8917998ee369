// The migrator: roles, schema and the state database; forward only, safe to repeat and to run many times at once.

import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { appRole, systemRole } from './check-isolation.ts';
import { connect } from './connection.ts';
import { explainAway } from './database-errors.ts';
import { getOrChooseCurrentKey } from './master-keys.ts';
import { createRangeHints } from './range-hints.ts';
import { checkHistory, listApplied, readMigrations, type Migration } from './schema-version.ts';
import { ensureStateDatabase, getOrCreateStateLogin } from './state-database.ts';
import type { Pool, Query, StoreVault } from './transaction.ts';

/** What a migration run needs. */
export type MigrateOptions = {
  /** URL of the main database, as its owner or a superuser; the database exists already. */
  url: string;
  /** Logins that do the work; they become members of both roles, and those that may make roles may write Pulumi's state. */
  runtimeLogins?: readonly string[];
  vault: StoreVault;
  /** Name of Pulumi's state database on the same server; `pulumi_state` when not said, none when null. */
  stateDatabase?: string | null;
  /** Stop at this one; the newest when not said. */
  version?: number;
  /** Where the migrations lie; for tests. */
  directory?: URL;
};

/** What a migration run did. */
export type MigrationReport = { applied: string[]; version: number };

// Any number does, as long as every release uses the same.
const lockKey = 7_305_118_402;

/** Brings a database to the schema of this program; throws on the first failure and leaves the schema whole, and `unavailable` when it is away. */
export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const known = await readMigrations(options.directory);
  const sql = connect({ url: options.url, applicationName: 'fleetyard-migrate', max: 1 });
  try {
    // One connection, so the session holds the lock until it ends, also when this process is killed.
    await sql`select pg_advisory_lock(${lockKey})`;
    await ensureRoles(sql);
    await ensureHistory(sql);
    const before = await listApplied(sql);
    checkHistory(known, before);
    const missing = known.slice(before.length, options.version);
    for (const migration of missing) await sql.begin((transaction) => apply(transaction, migration));
    const stateDatabase = options.stateDatabase === undefined ? 'pulumi_state' : options.stateDatabase;
    if (stateDatabase !== null) await prepareState(sql, options.vault, stateDatabase);
    await tryThroughRaces(() => letIn(sql, options.runtimeLogins ?? [], stateDatabase));
    return { applied: missing.map(({ name }) => name), version: before.length + missing.length };
  } catch (error) {
    throw explainAway(error);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Applies what is missing inside of the caller's transaction. */
export async function applyMissing(transaction: Pool): Promise<void> {
  const known = await readMigrations();
  const before = await listApplied(transaction);
  checkHistory(known, before);
  // A table is not changed while one of its rows still waits to be checked.
  await transaction`set constraints all immediate`;
  for (const migration of known.slice(before.length)) await apply(transaction, migration);
}

async function apply(transaction: Query, { version, name, text, checksum }: Migration): Promise<void> {
  try {
    // The row comes first: should the lock ever fail to hold (a pooler in between), the second runner stops here.
    await transaction`
      insert into public.schema_migrations (version, name, checksum) values (${version}, ${name}, ${checksum})
    `;
    await transaction.unsafe(text).simple();
  } catch (cause) {
    throw new Error(`migration ${version} (${name}) failed: ${(cause as Error).message}`, { cause });
  }
}

async function ensureHistory(sql: Pool): Promise<void> {
  await sql`
    create table if not exists public.schema_migrations (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )
  `;
  await sql`grant select on public.schema_migrations to ${sql(systemRole)}`;
}

/** Makes the two roles of the server. The lock is the database's, so migrators of two databases may meet here. */
async function ensureRoles(sql: Pool): Promise<void> {
  await tryThroughRaces(async () => {
    for (const role of [appRole, systemRole]) await ensureRole(sql, role);
  });
}

/** Lets the logins of the service do their work. Who does not exist yet is told of by the start of the service. */
async function letIn(sql: Pool, logins: readonly string[], stateDatabase: string | null): Promise<void> {
  const lent = await sql<{ role: string; login: string }[]>`
    select r.rolname::text as role, l.rolname::text as login from pg_roles l
    join pg_roles r on r.rolname = any(${[appRole, systemRole]}::text[]) or (r.rolname = ${stateDatabase ?? ''} and l.rolcreaterole)
    where l.rolname = any(${logins as string[]}::text[]) and l.rolname <> current_user and not pg_has_role(l.oid, r.oid, 'member')
  `;
  for (const { role, login } of lent) await sql`grant ${sql(role)} to ${sql(login)}`;
}

async function tryThroughRaces(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isRoleRace(error) || attempt === 20) throw error;
      await delay(Math.random() * 50 * attempt);
    }
  }
}

async function ensureRole(sql: Pool, role: string): Promise<void> {
  const [existing] = await sql`select 1 from pg_roles where rolname = ${role}`;
  if (existing === undefined) await sql`create role ${sql(role)} nologin`;
  // A creator that is no superuser may administer the role since PostgreSQL 16, but not `set role` to it.
  const [superuser] = await sql`select 1 from pg_roles where rolname = current_user and rolsuper`;
  if (superuser === undefined) await sql`grant ${sql(role)} to current_user`;
}

/** Whether two migrators touched one role at the same time: it exists by now, or its row was just written. */
function isRoleRace(error: unknown): boolean {
  if (!(error instanceof postgres.PostgresError)) return false;
  return (
    error.code === '42710' ||
    error.code === '23505' ||
    (error.code === 'XX000' && error.message.includes('concurrently'))
  );
}

/** Whether the schema is new enough to say which key seals; the newest does until then. */
async function knowsKeys(sql: Query): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`select to_regclass('public.master_keys') is not null as found`;
  return row?.found === true;
}

async function prepareState(sql: Pool, vault: StoreVault, database: string): Promise<void> {
  const login = await sql.begin(async (transaction) => {
    await transaction`select set_config('role', ${systemRole}, true)`;
    const tx = { sql: transaction, projectId: null, consequences: [], rangeHints: createRangeHints() };
    const keyId = (await knowsKeys(transaction)) ? await getOrChooseCurrentKey({ ...tx, vault }) : vault.keyIds[0];
    return getOrCreateStateLogin({ ...tx, vault: vault.sealingBy(keyId ?? '') }, database);
  });
  await ensureStateDatabase(sql, login);
}
