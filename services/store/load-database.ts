// Writes whole tables into empty databases: all of it, or nothing.

import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from './connection.ts';
import { describeTables, nameTable, quote, type TableDescription } from './describe-tables.ts';
import { handOverRestored } from './logins.ts';
import { applyMissing, migrate, type MigrateOptions } from './migrate.ts';
import { createRangeHints } from './range-hints.ts';
import { settleRestored, type Restored } from './settle-restored.ts';
import { ensureStateDatabase } from './state-database.ts';
import type { Pool } from './transaction.ts';

/** Which of the two databases. */
export type DatabaseName = 'product' | 'state';

/** What is written where. */
export type LoadedTable = TableDescription & { database: DatabaseName; rows: number };

/** Both databases while they are being written; nothing is there before `commit`. */
export type Loading = {
  write(table: LoadedTable, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Puts right what the rows say of a world that has moved on, and commits. */
  commit(): Promise<Restored>;
  close(): Promise<void>;
};

/** Opens the databases for a restore; refuses when one of them holds anything. `version` is the schema of what is loaded. */
export async function startLoading(
  options: MigrateOptions & { stateDatabase: string; version: number },
): Promise<Loading> {
  const { url, vault, stateDatabase, version, runtimeLogins = [] } = options;
  await refuseOthers(url, stateDatabase);
  await migrate({ url, vault, stateDatabase: null, version });
  const stateUrl = Object.assign(new URL(url), { pathname: `/${encodeURIComponent(stateDatabase)}` }).toString();
  await makeStateDatabase(url, stateDatabase);
  const pools = { product: open(url), state: open(stateUrl) };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(pools).map((sql) => sql.end({ timeout: 1 })));
  };
  try {
    for (const sql of Object.values(pools)) await sql.unsafe('begin');
  } catch (error) {
    await close();
    throw error;
  }
  const loosened: string[] = [];
  return {
    close,
    async write(table, content) {
      const sql = pools[table.database];
      if (table.database === 'state') await makeTable(sql, table);
      else {
        // Even the owner of a table whose security is forced may not copy into it.
        await sql.unsafe(`alter table ${nameTable(table)} no force row level security`);
        loosened.push(nameTable(table));
      }
      await copyInto(sql, table, content);
      if (table.database === 'product') await advanceNumbers(sql, table);
    },
    async commit() {
      // A table is not changed while one of its rows still waits to be checked: ranges wait for their clusters.
      await pools.product.unsafe('set constraints all immediate');
      for (const table of loosened) await pools.product.unsafe(`alter table ${table} force row level security`);
      // In the same transaction: rows of an older schema that nobody has put right yet must never be there to be worked on.
      await applyMissing(pools.product);
      const restored = await settleRestored({
        sql: pools.product,
        vault,
        projectId: null,
        consequences: [],
        rangeHints: createRangeHints(),
      });
      // The state first: without the product's rows nothing reads it.
      await pools.state.unsafe('commit');
      await pools.product.unsafe('commit');
      // The engine's login is among the rows: the server gets its password.
      await migrate({ url, vault, stateDatabase });
      await handOverRestored(url, { stateDatabase, runtimeLogins });
      return restored;
    },
  };
}

function open(url: string): Pool {
  return connect({ url, applicationName: 'fleetyard-restore', max: 1, keepOpen: true });
}

async function refuseOthers(url: string, stateDatabase: string): Promise<void> {
  await refuseRows(url, 'the database');
  const sql = open(url);
  const [found] = await sql`select 1 from pg_database where datname = ${stateDatabase}`.finally(() =>
    sql.end({ timeout: 1 }),
  );
  if (found === undefined) return;
  const stateUrl = Object.assign(new URL(url), { pathname: `/${encodeURIComponent(stateDatabase)}` }).toString();
  await refuseRows(stateUrl, `the state database ${stateDatabase}`);
}

async function refuseRows(url: string, what: string): Promise<void> {
  const sql = open(url);
  try {
    for (const table of await describeTables(sql)) {
      if (table.name === 'schema_migrations') continue;
      const [row] = await sql.unsafe(`select 1 from ${nameTable(table)} limit 1`);
      if (row !== undefined) {
        throw new Error(`${what} is not empty: ${nameTable(table)} has rows. A restore needs a server without data.`);
      }
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function makeStateDatabase(url: string, database: string): Promise<void> {
  const sql = open(url);
  try {
    // The password is replaced by the restored one.
    await ensureStateDatabase(sql, { database, user: database, password: randomBytes(24).toString('base64url') });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function makeTable(sql: Pool, { schema, name, owner, definition }: LoadedTable): Promise<void> {
  const [role] = await sql`select 1 from pg_roles where rolname = ${owner}`;
  if (role === undefined) {
    await sql.unsafe(`create role ${quote(owner)} nologin`);
    await sql.unsafe(`grant ${quote(owner)} to current_user`);
  }
  if (schema !== 'public') {
    await sql.unsafe(`create schema if not exists ${quote(schema)} authorization ${quote(owner)}`);
    const [row] = await sql<{ name: string }[]>`select current_database()::text as name`;
    await sql.unsafe(`grant connect on database ${quote(row?.name ?? '')} to ${quote(owner)}`);
  }
  // The CLI may have made it, empty, at the start of a worker.
  await sql.unsafe(`drop table if exists ${nameTable({ schema, name })}`);
  for (const statement of definition) await sql.unsafe(statement);
  await sql.unsafe(`alter table ${nameTable({ schema, name })} owner to ${quote(owner)}`);
}

async function copyInto(sql: Pool, table: LoadedTable, content: AsyncIterable<Uint8Array>): Promise<void> {
  const into = `copy ${nameTable(table)} (${table.columns.map(quote).join(', ')}) from stdin (format binary)`;
  const target: Writable = await sql.unsafe(into).writable();
  target.on('error', () => undefined);
  for await (const chunk of content) if (!target.write(chunk)) await once(target, 'drain');
  target.end();
  // The client does not tell when a copy fails at its end; the next statement does.
  const rows = await countRows(sql, table);
  if (rows !== table.rows) throw new Error(`${nameTable(table)} has ${rows} rows after the restore, not ${table.rows}`);
}

/** Numbers that the server gives go on behind those that were copied. */
async function advanceNumbers(sql: Pool, table: LoadedTable): Promise<void> {
  const numbered = await sql<{ name: string }[]>`
    select attname::text as name from pg_attribute
    where attrelid = ${nameTable(table)}::regclass and attidentity <> '' and not attisdropped
  `;
  for (const { name } of numbered) {
    await sql.unsafe(
      `select setval(pg_get_serial_sequence($1, $2), max(${quote(name)})) from ${nameTable(table)} having count(*) > 0`,
      [nameTable(table), name],
    );
  }
}

/** Counts as soon as the client takes a statement: until the last piece is on its way it refuses all of them. */
async function countRows(sql: Pool, table: LoadedTable): Promise<number> {
  for (;;) {
    try {
      const [row] = await sql.unsafe<{ rows: number }[]>(`select count(*)::integer as rows from ${nameTable(table)}`);
      return row?.rows ?? 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'COPY_IN_PROGRESS') throw error;
      await nextTurn();
    }
  }
}
