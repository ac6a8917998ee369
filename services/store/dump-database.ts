// Reads a whole database out, as it was at one moment.

import type { Readable } from 'node:stream';
import { systemRole } from './check-isolation.ts';
import { connect } from './connection.ts';
import { describeTables, nameTable, quote, type TableDescription } from './describe-tables.ts';
import { listApplied, type AppliedMigration } from './schema-version.ts';
import { findStateUrl } from './state-database.ts';
import { createRangeHints } from './range-hints.ts';
import type { StoreVault } from './transaction.ts';

/** A database that is being read. */
export type DatabaseDump = {
  tables: (TableDescription & { rows: number })[];
  /** Contents of a table in PostgreSQL's binary form. One at a time. */
  read(table: TableDescription): Promise<Readable>;
  close(): Promise<void>;
};

/** The product's database that is being read. */
export type ProductDump = DatabaseDump & {
  migrations: AppliedMigration[];
  /** Heads of sealed values, one for each master key: they name the keys that a restore needs. */
  sealedHeads: Buffer[];
  /** Name of Pulumi's state database. */
  stateDatabase: string | undefined;
};

/** The migrator writes its own rows, and a trigger those of what has no link yet. */
const ownTables = new Set(['schema_migrations', 'audit_unlinked']);

/** Begins to read the product's database. */
export async function dumpProduct(url: string, vault: StoreVault): Promise<ProductDump> {
  const sql = await beginReading(url);
  try {
    const migrations = [...(await listApplied(sql))];
    if (migrations.length === 0) throw new Error('the database was never migrated: there is nothing to back up');
    // The role passes the rows' security, which the owner of the tables does not.
    await sql`select set_config('role', ${systemRole}, true)`;
    const dump = await startDump(sql);
    const stateUrl = await findStateUrl(
      { sql, vault, projectId: null, consequences: [], rangeHints: createRangeHints() },
      url,
    );
    const sealedHeads: Buffer[] = [];
    for (const table of dump.tables) {
      for (const column of table.columns.filter((name) => name.endsWith('_enc'))) {
        // As the vault lays it out: a version, the length of the key's id, the id.
        const rows = await sql.unsafe<{ head: Buffer }[]>(
          `select distinct substring(${quote(column)} from 1 for 2 + get_byte(${quote(column)}, 1)) as head
           from ${nameTable(table)} where ${quote(column)} is not null`,
        );
        sealedHeads.push(...rows.map(({ head }) => head));
      }
    }
    const stateDatabase = stateUrl === undefined ? undefined : decodeURIComponent(new URL(stateUrl).pathname.slice(1));
    return { ...dump, migrations, sealedHeads, stateDatabase };
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}

/** Begins to read Pulumi's state database, on the server of the product's. */
export async function dumpState(url: string, database: string): Promise<DatabaseDump> {
  const sql = await beginReading(
    Object.assign(new URL(url), { pathname: `/${encodeURIComponent(database)}` }).toString(),
  );
  try {
    return await startDump(sql);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}

async function beginReading(url: string) {
  const sql = connect({ url, applicationName: 'fleetyard-backup', max: 1, keepOpen: true });
  // A file that is written slowly must not end the transaction.
  await sql`set idle_in_transaction_session_timeout = 0`;
  await sql.unsafe('begin isolation level repeatable read read only');
  // The first statement takes the snapshot.
  await sql`select 1`;
  return sql;
}

async function startDump(sql: Awaited<ReturnType<typeof beginReading>>): Promise<DatabaseDump> {
  const tables: DatabaseDump['tables'] = [];
  for (const table of await describeTables(sql)) {
    if (ownTables.has(table.name)) continue;
    const [row] = await sql.unsafe<{ rows: number }[]>(`select count(*)::integer as rows from ${nameTable(table)}`);
    tables.push({ ...table, rows: row?.rows ?? 0 });
  }
  return {
    tables,
    read: (table) =>
      sql
        .unsafe(
          `copy (select ${table.columns.map(quote).join(', ')} from ${nameTable(table)}) to stdout (format binary)`,
        )
        .readable(),
    close: () => sql.end({ timeout: 1 }),
  };
}
