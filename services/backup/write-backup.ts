// Writes the product's database and Pulumi's state into one file.

import { randomBytes } from 'node:crypto';
import { link, readFile, stat, unlink } from 'node:fs/promises';
import { dumpProduct, dumpState, type DatabaseDump } from '../store/dump-database.ts';
import type { DatabaseName } from '../store/load-database.ts';
import type { MasterKey } from '../vault/master-keys.ts';
import { createVault } from '../vault/vault.ts';
import { createPrivateFile, startArchive, type ArchiveWriter } from './archive.ts';
import { proveKey, type Manifest } from './manifest.ts';

/** Tells how far it is. */
export type OnProgress = (progress: { phase: string; done: number; total: number }) => void;

/** Writes the backup; the file is there, whole, or not at all. Refuses a file that exists. */
export async function writeBackup(options: {
  url: string;
  keys: readonly MasterKey[];
  path: string;
  onProgress: OnProgress;
}): Promise<Manifest> {
  const { path } = options;
  if ((await stat(path).catch(() => undefined)) !== undefined) {
    throw new Error(`${path} exists: a backup never replaces a file`);
  }
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await createPrivateFile(draft);
  try {
    const manifest = await writeDatabases(options, await startArchive(file));
    await file.sync();
    // Linking fails when somebody made a file of that name meanwhile.
    await link(draft, path);
    return manifest;
  } finally {
    await file.close();
    await unlink(draft);
  }
}

async function writeDatabases(
  { url, keys, onProgress }: { url: string; keys: readonly MasterKey[]; onProgress: OnProgress },
  archive: ArchiveWriter,
): Promise<Manifest> {
  const product = await dumpProduct(url, createVault(keys));
  let state: DatabaseDump | undefined;
  try {
    // Right after the first: what the product says of a stack, and the stack, are of nearly the same moment.
    state = product.stateDatabase === undefined ? undefined : await dumpState(url, product.stateDatabase);
    const order: [DatabaseName, DatabaseDump | undefined][] = [
      ['product', product],
      ['state', state],
    ];
    const total = order.reduce((sum, [, dump]) => sum + (dump?.tables.length ?? 0), 0);
    const tables: Manifest['tables'] = [];
    for (const [database, dump] of order) {
      for (const table of dump?.tables ?? []) {
        onProgress({ phase: `${database} ${table.schema}.${table.name}`, done: tables.length, total });
        tables.push({ ...table, database, ...(await archive.writeTable(await readTable(dump, table))) });
      }
    }
    const manifest: Manifest = {
      createdAt: new Date().toISOString(),
      version: await readVersion(),
      migrations: product.migrations.map(({ version, name, checksum }) => ({ version, name, checksum })),
      stateDatabase: product.stateDatabase ?? null,
      keys: listKeys(product.sealedHeads, keys),
      tables,
    };
    await archive.finish(manifest);
    return manifest;
  } finally {
    await Promise.all([product.close(), state?.close()]);
  }
}

function readTable(dump: DatabaseDump | undefined, table: DatabaseDump['tables'][number]) {
  if (dump === undefined) throw new Error('there is no such database');
  return dump.read(table);
}

function listKeys(heads: readonly Buffer[], keys: readonly MasterKey[]): Manifest['keys'] {
  const ids = new Set(heads.map((head) => head.toString('utf8', 2)));
  return [...ids].sort().map((id) => {
    const key = keys.find((candidate) => candidate.id === id);
    if (key === undefined) throw new Error(`values are sealed under master key ${id}, which is not in the key file`);
    return { id, proof: proveKey(key) };
  });
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
