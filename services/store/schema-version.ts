// Which schema this program knows, which one a database has, and whether the two fit.

import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FleetyardError } from '../domain/errors.ts';
import type { Pool } from './transaction.ts';

/** One migration as it lies on disk. */
export type Migration = { version: number; name: string; text: string; checksum: string };

/** One migration as a database remembers it. */
export type AppliedMigration = { version: number; name: string; checksum: string };

const folder = new URL('../../migrations/', import.meta.url);
const fileName = /^(\d{5})_([a-z0-9-]+)\.sql$/;

/** Reads the migrations in order; refuses gaps, doubles and names that are not of the form `00001_create-x.sql`. */
export async function readMigrations(directory: URL = folder): Promise<Migration[]> {
  const files = (await readdir(fileURLToPath(directory))).filter((file) => file.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const [index, file] of files.entries()) {
    const [, digits, name] = fileName.exec(file) ?? [];
    if (digits === undefined || name === undefined)
      throw new Error(`migration ${file} is not named 00001_verb-noun.sql`);
    if (Number(digits) !== index + 1) throw new Error(`migration ${file} should have the number ${index + 1}`);
    const text = await readFile(new URL(file, directory), 'utf8');
    const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
    migrations.push({ version: index + 1, name, text, checksum });
  }
  return migrations;
}

/** The migrations that a database has, in order; none when it was never migrated. */
export async function listApplied(sql: Pool): Promise<AppliedMigration[]> {
  const [table] = await sql<{ found: boolean }[]>`select to_regclass('public.schema_migrations') is not null as found`;
  if (table?.found !== true) return [];
  return sql<AppliedMigration[]>`select version, name, checksum from public.schema_migrations order by version`;
}

/** Refuses a history with gaps, one that differs from the files, and one that is newer than this program. */
export function checkHistory(known: readonly Migration[], applied: readonly AppliedMigration[]): void {
  for (const [index, { version, name, checksum }] of applied.entries()) {
    if (version !== index + 1) throw new Error(`the database lacks migration ${index + 1} but has ${version}`);
    const file = known[index];
    if (file === undefined) {
      throw new Error(`the database has migration ${version} (${name}), which is newer than this program knows`);
    }
    if (file.name !== name || file.checksum !== checksum) {
      throw new Error(`migration ${version} (${file.name}) was changed after the database had applied ${name}`);
    }
  }
}

/** Throws unless the database has exactly the schema that this program knows. */
export async function checkSchema(sql: Pool): Promise<void> {
  const known = await readMigrations();
  const applied = await listApplied(sql);
  checkHistory(known, applied);
  if (applied.length < known.length) {
    const message = `The database has ${applied.length} of ${known.length} migrations: run the migrations first.`;
    throw new FleetyardError('unavailable', message);
  }
}
