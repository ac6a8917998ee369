// `npm run migrate`: brings the schema up to date and makes Pulumi's state database, then ends.

import { loadBackupConfig } from '../config.ts';
import { ConfigError } from '../process/config-error.ts';
import { migrate } from '../store/migrate.ts';
import { openVault } from '../vault/vault.ts';

const [couldNot, wronglyAsked] = [1, 2];

try {
  const { database, masterKeyFile } = loadBackupConfig();
  const { applied, version } = await migrate({
    url: database.url,
    vault: await openVault(masterKeyFile),
    stateDatabase: database.stateDatabase,
  });
  process.stdout.write(`the schema is at version ${version}, ${applied.length} migrations were applied\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? wronglyAsked : couldNot;
}
