// Brings a backup back, into a server without data.

import { startLoading } from '../store/load-database.ts';
import { checkHistory, readMigrations } from '../store/schema-version.ts';
import type { Restored } from '../store/settle-restored.ts';
import type { MasterKey } from '../vault/master-keys.ts';
import { createVault } from '../vault/vault.ts';
import { checkArchive, readTables } from './archive.ts';
import { checkContents, checkKeys, renameOwner, type Manifest } from './manifest.ts';
import type { OnProgress } from './write-backup.ts';

/** Restores the backup; everything is checked before the first row is written. */
export async function restoreBackup(options: {
  url: string;
  stateDatabase: string;
  /** Logins that will do the work: those that may make roles get those of the engine's state. */
  runtimeLogins?: readonly string[];
  keys: readonly MasterKey[];
  path: string;
  onProgress: OnProgress;
}): Promise<{ manifest: Manifest; restored: Restored }> {
  const { url, stateDatabase, runtimeLogins = [], keys, path, onProgress } = options;
  const checked = await checkArchive(path);
  const manifest = checked.manifest as Manifest;
  checkContents(manifest, checked.contents);
  checkHistory(await readMigrations(), manifest.migrations);
  checkKeys(manifest, keys);
  const version = manifest.migrations.length;
  const loading = await startLoading({ url, stateDatabase, runtimeLogins, vault: createVault(keys), version });
  try {
    const total = manifest.tables.length;
    let done = 0;
    for await (const content of readTables(path)) {
      const table = manifest.tables[done];
      if (table === undefined) break;
      onProgress({ phase: `${table.database} ${table.schema}.${table.name}`, done, total });
      await loading.write({ ...table, owner: renameOwner(table.owner, manifest, stateDatabase) }, content);
      done += 1;
    }
    if (done < total) throw new Error('the backup changed while it was read');
    return { manifest, restored: await loading.commit() };
  } finally {
    await loading.close();
  }
}
