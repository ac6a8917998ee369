// `npm run backup` and `npm run restore`: one file with the product's database and Pulumi's state.

import { parseArgs } from 'node:util';
import { createProgressLine } from '../../toolchain/progress.mjs';
import { loadHostConfig } from '../config.ts';
import { ConfigError } from '../process/config-error.ts';
import { readMasterKeys } from '../vault/master-keys.ts';
import type { Manifest } from './manifest.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup, type OnProgress } from './write-backup.ts';

const usage = `Usage: npm run backup -- FILE
       npm run restore -- FILE

backup writes the product's database and Pulumi's state database into FILE, as they are at one moment, while the
service runs. The file is readable by its owner only and never replaces another. The master keys are not in it:
keep the key file elsewhere, for without it a backup is of no use.

restore brings FILE back into a server without data, and refuses any other, a file of which a byte has changed, a
schema that it does not know, and a key file that lacks a key. Every stack is marked as unsettled and operations
that ran are interrupted, so that recovery looks before anything changes. Start the service after it.

  FLEETYARD_MIGRATION_URL     the server, as a login that may read, or for a restore make, everything there: a superuser
  DATABASE_URL                the same, where the other is not set
  FLEETYARD_STATE_DATABASE    Pulumi's database on it (default pulumi_state)
  FLEETYARD_RUNTIME_LOGINS    the logins of API and workers; what a restore made becomes theirs and the database owner's
  FLEETYARD_MASTER_KEY_FILE   the vault's key file`;

const [couldNot, wronglyAsked] = [1, 2];

process.exitCode = await main(process.argv.slice(2));

async function main([mode, ...args]: string[]): Promise<number> {
  const asked = readArguments(args);
  if (asked?.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (asked?.path === undefined || (mode !== 'backup' && mode !== 'restore')) {
    process.stderr.write(`${usage}\n`);
    return wronglyAsked;
  }
  const line = createProgressLine();
  const onProgress: OnProgress = (progress) => line.show({ subject: mode, ...progress });
  try {
    const told = await run(mode, asked.path, onProgress);
    line.clear();
    process.stdout.write(`${told}\n`);
    return 0;
  } catch (error) {
    line.clear();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError ? wronglyAsked : couldNot;
  }
}

async function run(mode: 'backup' | 'restore', path: string, onProgress: OnProgress): Promise<string> {
  const { database, masterKeyFile } = loadHostConfig();
  const keys = await readMasterKeys(masterKeyFile);
  const { stateDatabase, runtimeLogins } = database;
  const url = database.migrationUrl ?? database.url;
  if (mode === 'backup')
    return `backed up ${describe(await writeBackup({ url, keys, path, onProgress }))} into ${path}`;
  const { manifest, restored } = await restoreBackup({ url, stateDatabase, runtimeLogins, keys, path, onProgress });
  return [
    `restored ${describe(manifest)} from ${path}, made at ${manifest.createdAt}`,
    `${restored.stacksUnsettled} stacks are marked as unsettled, ${restored.operationsInterrupted} operations interrupted: recovery looks first`,
  ].join('\n');
}

function describe({ tables }: Manifest): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return `${rows} rows of ${tables.length} tables`;
}

function readArguments(args: string[]): { help: boolean; path: string | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    return { help: values.help, path: positionals.length === 1 ? positionals[0] : undefined };
  } catch {
    return undefined;
  }
}
