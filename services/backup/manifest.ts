// What a backup says about itself, and what has to fit before it is restored.

import { createHmac } from 'node:crypto';
import type { DatabaseName } from '../store/load-database.ts';
import type { TableDescription } from '../store/describe-tables.ts';
import type { AppliedMigration } from '../store/schema-version.ts';
import type { MasterKey } from '../vault/master-keys.ts';
import type { Content } from './archive.ts';

/** The last part of a backup. */
export type Manifest = {
  createdAt: string;
  /** Version of the program that made it. */
  version: string;
  migrations: AppliedMigration[];
  /** Name of Pulumi's state database, of which the roles that own its tables have theirs. */
  stateDatabase: string | null;
  /** Master keys that sealed values need, with what proves that a key is the same one. */
  keys: { id: string; proof: string }[];
  /** In the order of their contents. */
  tables: (TableDescription & Content & { database: DatabaseName; rows: number })[];
};

/** The role that owns a table where the state database has another name. */
export function renameOwner(owner: string, manifest: Manifest, stateDatabase: string): string {
  const { stateDatabase: before } = manifest;
  return before !== null && owner.startsWith(before) ? stateDatabase + owner.slice(before.length) : owner;
}

/** Shows that a key is the same without telling anything of it: it is 256 random bits. */
export function proveKey({ id, key }: MasterKey): string {
  return createHmac('sha256', key).update(`fleetyard/backup/${id}`).digest('hex');
}

/** Throws unless contents and manifest agree. */
export function checkContents(manifest: Manifest, contents: readonly Content[]): void {
  const fits =
    manifest.tables.length === contents.length &&
    manifest.tables.every(({ bytes, sha256 }, index) => {
      const content = contents[index];
      return content?.bytes === bytes && content.sha256 === sha256;
    });
  if (!fits) throw new Error('the backup is damaged: its tables are not those of its manifest');
}

/** Throws unless the key file holds every key that the sealed values need. */
export function checkKeys(manifest: Manifest, keys: readonly MasterKey[]): void {
  for (const { id, proof } of manifest.keys) {
    const key = keys.find((candidate) => candidate.id === id);
    if (key === undefined) throw new Error(`the backup needs master key ${id}, which is not in the key file`);
    if (proveKey(key) !== proof) throw new Error(`master key ${id} of the key file is not the one of the backup`);
  }
}
