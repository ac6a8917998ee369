// `npm run migrate`: brings the schema up to date, as the owner of the tables.

import { parseArgs } from 'node:util';
import { ConfigError } from '../process/config-error.ts';
import { migrate } from '../store/migrate.ts';
import { openVault } from '../vault/vault.ts';
import type { Command } from './command.ts';

const usage = `Usage: npm run migrate

Brings the database's schema up to date, makes Pulumi's state database, and lets the logins of the API and the worker in.
Safe to repeat and to run at once from several machines. docs/database-logins.md has the SQL that makes the logins.

  FLEETYARD_MIGRATION_URL     the database, as the owner of its tables
  DATABASE_URL                the database, as whoever does the work
  FLEETYARD_RUNTIME_LOGINS    logins to let in, with commas between them (default: the user of DATABASE_URL)
  FLEETYARD_STATE_DATABASE    Pulumi's database on the same server (default pulumi_state)
  FLEETYARD_MASTER_KEY_FILE   the vault's key file`;

/** The command. */
export const migrateSchema: Command = {
  usage,
  async run(args, { database, masterKeyFile }) {
    parseArgs({ args, options: {} });
    const { migrationUrl, stateDatabase, runtimeLogins } = database;
    if (migrationUrl === undefined)
      throw new ConfigError(['FLEETYARD_MIGRATION_URL is missing; set it to the URL of the owner of the tables']);
    const vault = await openVault(masterKeyFile);
    const { applied, version } = await migrate({ url: migrationUrl, vault, stateDatabase, runtimeLogins });
    const done = applied.length === 0 ? 'nothing was to be done' : `applied ${applied.join(', ')}`;
    return `the schema has version ${version}: ${done}`;
  },
};
