// Which master key seals, for every process at once; the keys themselves are in no database.

import { FleetyardError } from '../domain/errors.ts';
import { sealedColumns, type SealedColumn } from './sealed-columns.ts';
import type { StoreVault, Tx } from './transaction.ts';

/** A vault that can wrap data keys anew. */
export type RewrappingVault = StoreVault & {
  /** Wraps the data key of a sealed value by the key that seals. */
  rewrap(sealed: Uint8Array, context: string): Buffer;
};

/** How many sealed values there are of a column under each master key. */
export type KeyCounts = { keyId: string; table: string; column: string; values: number }[];

/** A name of connections that tells which master keys its process has. */
export function announceKeys(name: string, { keyIds }: StoreVault): string {
  // PostgreSQL cuts it at 63 bytes; the newest come first.
  return `${name} [${keyIds.join(' ')}]`;
}

/** Names processes that run now and did not say that they have the key. */
export async function listUnprepared(tx: Tx, keyId: string): Promise<string[]> {
  const rows = await tx.sql<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where datname = current_database() and application_name like '% [%' and position(${keyId} in application_name) = 0
  `;
  return rows.map(({ name }) => name);
}

/** The key that seals; at first the newest that the vault has. Only the system may. */
export async function getOrChooseCurrentKey(tx: Tx): Promise<string> {
  const found = await findCurrentKey(tx);
  const [newest] = tx.vault.keyIds;
  if (found !== undefined || newest === undefined) return found ?? '';
  await chooseCurrentKey(tx, newest);
  return newest;
}

/** The key that seals. */
export async function findCurrentKey(tx: Tx): Promise<string | undefined> {
  const [row] = await tx.sql<{ id: string }[]>`select id from master_keys order by became_current_at desc limit 1`;
  return row?.id;
}

/** From its commit on, every unit of work that begins seals by this key. Only the system may. */
export async function chooseCurrentKey(tx: Tx, keyId: string): Promise<void> {
  await tx.sql`
    insert into master_keys (id) values (${keyId})
    on conflict (id) do update set became_current_at = clock_timestamp()
  `;
}

/** Transactions of this database that run now, by the names of their locks on themselves. */
export async function listTransactions(tx: Tx): Promise<string[]> {
  const rows = await tx.sql<{ name: string }[]>`
    select l.virtualtransaction as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'virtualxid' and a.datname = current_database() and a.pid <> pg_backend_pid()
  `;
  return rows.map(({ name }) => name);
}

/** Counts every sealed value by the master key that its data key is wrapped by. Throws when a column is sealed that nobody registered. */
export async function countByKey(tx: Tx): Promise<KeyCounts> {
  await checkRegistered(tx);
  const counts: KeyCounts = [];
  for (const { table, column } of sealedColumns) {
    const rows = await tx.sql<{ keyId: string; values: number }[]>`
      select ${readKeyId(tx, column)} as key_id, count(*)::integer as values from ${tx.sql(table)}
      where ${tx.sql(column)} is not null group by 1 order by 1
    `;
    counts.push(...rows.map((row) => ({ ...row, table, column })));
  }
  return counts;
}

/** Rows of a column that are still wrapped by another key than the current one, by their places in the table. */
export async function listOutdated(tx: Tx, { table, column }: SealedColumn): Promise<string[]> {
  const rows = await tx.sql<{ place: string }[]>`
    select ctid::text as place from ${tx.sql(table)}
    where ${tx.sql(column)} is not null and ${readKeyId(tx, column)} <> ${(await findCurrentKey(tx)) ?? ''}
  `;
  return rows.map(({ place }) => place);
}

/**
 * Wraps the values at these places anew and returns how many there were. What was changed or removed meanwhile is passed over: a row
 * that was moved is found by the next look.
 */
export async function rewrapPlaces(
  tx: Tx,
  { table, column, keys, contextOf }: SealedColumn,
  { vault, places }: { vault: RewrappingVault; places: readonly string[] },
): Promise<number> {
  const { sql } = tx;
  const rows = await sql<(Record<string, string> & { place: string; sealed: Buffer })[]>`
    select ctid::text as place, ${sql(column)} as sealed, ${sql(keys as string[])} from ${sql(table)}
    where ctid = any(${places as string[]}::text[]::tid[]) and ${sql(column)} is not null
      and ${readKeyId(tx, column)} <> ${(await findCurrentKey(tx)) ?? ''}
    for update
  `;
  for (const { place, sealed, ...row } of rows) {
    await sql`
      update ${sql(table)} set ${sql(column)} = ${vault.rewrap(sealed, contextOf(row))} where ctid = ${place}::tid
    `;
  }
  return rows.length;
}

/** As the vault lays it out: a version, the length of the key's id, the id. */
function readKeyId(tx: Tx, column: string) {
  return tx.sql`convert_from(substring(${tx.sql(column)} from 3 for get_byte(${tx.sql(column)}, 1)), 'UTF8')`;
}

/** A sealed column that nobody registered would keep the old key, and be lost with it. */
async function checkRegistered(tx: Tx): Promise<void> {
  const found = await tx.sql<{ name: string }[]>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and column_name like '%\_enc'
  `;
  const known = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`));
  const missing = found.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new FleetyardError('internal', `Sealed columns are not registered: ${missing.join(', ')}.`);
}
