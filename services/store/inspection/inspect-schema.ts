// Whether a database has the schema that this program knows, and its roles.

import { checkHistory, listApplied, readMigrations } from '../schema-version.ts';
import { findIsolationFaults } from '../check-isolation.ts';
import type { Pool, Query } from '../transaction.ts';
import type { Refusal } from './explain-refusal.ts';

/** How far the schema has come, and what is wrong with it. */
export type SchemaFacts = { applied: number; known: number; faults: Refusal[] };

const migrateIt = 'npm run migrate';

/** Compares it with the files of this program. */
export async function inspectSchema(sql: Query): Promise<SchemaFacts> {
  const known = await readMigrations();
  const applied = await listApplied(sql as Pool);
  const facts = { known: known.length, applied: applied.length };
  if (applied.length > known.length) {
    const says = `the schema has ${applied.length} migrations and this program knows ${known.length}: it is newer`;
    return { ...facts, faults: [{ says, mend: 'run the release that migrated it, or a newer one' }] };
  }
  try {
    checkHistory(known, applied);
  } catch (error) {
    const says = `the schema is not one of this program: ${(error as Error).message}`;
    return { ...facts, faults: [{ says, mend: 'run the release that migrated it, or restore a backup' }] };
  }
  if (applied.length < known.length) {
    const says = `the schema has ${applied.length} of ${known.length} migrations`;
    return { ...facts, faults: [{ says, mend: migrateIt }] };
  }
  const loose = await findIsolationFaults(sql);
  return { ...facts, faults: loose.map((says) => ({ says: `projects are not kept apart: ${says}`, mend: migrateIt })) };
}
