// Databases for tests: each is a clone of the migrated template that test/run.ts made once for the run.
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import postgres from 'postgres';
import { describeLogins, runtimeLogins } from '../../services/store/logins.ts';
import { getRunVariable } from './environment.ts';

/** The migrated database that every test database is cloned from. */
export const TEMPLATE_DATABASE = 'fleetyard_template';

/** One database of a test's own; it is dropped when the test ends. */
export type TestDatabase = {
  /** Connects as whoever does the work: a worker's login, which may no more than that. */
  url: string;
  /** What the migrator is told: the owner's login, and whom to let in. */
  migration: { url: string; runtimeLogins: readonly string[] };
  /** Connects as the server's superuser, to look behind the rows' security. */
  adminUrl: string;
  /** What a process of the service is told of all that. */
  environment: Record<'DATABASE_URL' | 'FLEETYARD_MIGRATION_URL' | 'FLEETYARD_RUNTIME_LOGINS', string>;
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
    await sql`create database ${sql(name)} template ${sql(template)} owner ${sql(ownerOf(serverUrl))}`;
    if (options.state === true) await sql`create database ${sql(stateName)} template template1`;
  });
  t.teardown(async () => {
    await administer(serverUrl, async (sql) => {
      await sql`drop database if exists ${sql(name)} with (force)`;
      await sql`drop database if exists ${sql(stateName)} with (force)`;
    });
  });
  const adminUrl = withDatabase(serverUrl, name);
  return { ...describeDatabase(serverUrl, name), name, adminUrl, stateUrl: withDatabase(serverUrl, stateName) };
}

/** How the logins of a server reach one of its databases. */
export function describeDatabase(
  serverUrl: string,
  database: string,
): Pick<TestDatabase, 'url' | 'migration' | 'environment'> {
  const { worker, migration } = describeLogins(withDatabase(serverUrl, database));
  return {
    url: worker,
    migration: { url: migration, runtimeLogins },
    environment: {
      DATABASE_URL: worker,
      FLEETYARD_MIGRATION_URL: migration,
      FLEETYARD_RUNTIME_LOGINS: runtimeLogins.join(','),
    },
  };
}

function ownerOf(serverUrl: string): string {
  return new URL(describeLogins(serverUrl).migration).username;
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
