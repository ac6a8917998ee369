// Databases for tests: each is a clone of the migrated template that test/run.ts made once for the run.
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import postgres from 'postgres';
import { getRunVariable } from './environment.ts';

/** The migrated database that every test database is cloned from. */
export const TEMPLATE_DATABASE = 'fleetyard_template';

/** One database of a test's own; it is dropped when the test ends. */
export type TestDatabase = {
  /** Connects as the server's superuser, as the migrator and the services do in development. */
  url: string;
  name: string;
  /** A second, empty database for Pulumi's own state; only with `state: true`. */
  stateUrl: string;
};

/** Which databases a test needs. */
export type TestDatabaseOptions = {
  /** `false` gives an empty database, for tests of the migrator itself. */
  migrated?: boolean;
  /** Also makes the database for Pulumi's own state. */
  state?: boolean;
};

/** Makes a database for one test (or one test file) and drops it, with whoever is still connected, at teardown. */
export async function createTestDatabase(t: Test, options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = getRunVariable('FLEETYARD_TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const stateName = `${name}_state`;
  const template = options.migrated === false ? 'template1' : TEMPLATE_DATABASE;
  await administer(serverUrl, async (sql) => {
    await sql`create database ${sql(name)} template ${sql(template)}`;
    if (options.state === true) await sql`create database ${sql(stateName)} template template1`;
  });
  t.teardown(async () => {
    await administer(serverUrl, async (sql) => {
      await sql`drop database if exists ${sql(name)} with (force)`;
      await sql`drop database if exists ${sql(stateName)} with (force)`;
    });
  });
  return { url: withDatabase(serverUrl, name), name, stateUrl: withDatabase(serverUrl, stateName) };
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

async function administer(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
