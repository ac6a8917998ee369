// The master key file: one key a line, oldest first, readable by its owner only. Which of them seals, the database says.

import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A master key with the id that sealed values carry. */
export type MasterKey = { id: string; key: Buffer };

const keyBytes = 32;
const line = /^([a-z0-9]{8}) ([A-Za-z0-9+/]{43}=)$/;

/** Reads the key file; refuses one that others may read, and one without a key. */
export async function readMasterKeys(path: string): Promise<MasterKey[]> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new Error(`the master key file ${path} may be read by others than its owner: run chmod 600 on it`);
  }
  const keys = (await readFile(path, 'utf8'))
    .split('\n')
    .filter(isContent)
    .map((text, index) => parseLine(text, index, path));
  if (keys.length === 0) throw new Error(`the master key file ${path} holds no key`);
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new Error(`the master key file ${path} names a key twice`);
  return keys;
}

/** Makes the key file with one random key when there is none, and reads it; many processes may do so at once. */
export async function ensureMasterKeys(path: string): Promise<MasterKey[]> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return await readMasterKeys(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const draft = await writeDraft(path, [makeKey()]);
  try {
    // Linking fails when somebody was faster, so no reader ever sees a half-written file or another's key replaced.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return readMasterKeys(path);
}

/** Adds a random key to the file and returns its id. It opens from now on, and seals once it is made the current one. */
export async function addMasterKey(path: string): Promise<string> {
  const added = makeKey();
  await replaceKeys(path, [...(await readMasterKeys(path)), added]);
  return added.id;
}

/** Takes a key out of the file; what is sealed by it opens nowhere any more. Throws when it is not there, or the only one. */
export async function removeMasterKey(path: string, id: string): Promise<void> {
  const keys = await readMasterKeys(path);
  const rest = keys.filter((key) => key.id !== id);
  if (rest.length === keys.length) throw new Error(`the master key file ${path} has no key ${id}`);
  if (rest.length === 0) throw new Error(`${id} is the only key of the master key file ${path}`);
  await replaceKeys(path, rest);
}

async function replaceKeys(path: string, keys: readonly MasterKey[]): Promise<void> {
  // Renaming replaces the file in one step: whoever reads it meanwhile finds the one or the other.
  await rename(await writeDraft(path, keys), path);
}

function makeKey(): MasterKey {
  return { id: randomBytes(4).toString('hex'), key: randomBytes(keyBytes) };
}

async function writeDraft(path: string, keys: readonly MasterKey[]): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(keys.map(({ id, key }) => `${id} ${key.toString('base64')}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

function isContent(text: string): boolean {
  return text.trim() !== '' && !text.startsWith('#');
}

function parseLine(text: string, index: number, path: string): MasterKey {
  const [, id, encoded] = line.exec(text.trim()) ?? [];
  if (id === undefined || encoded === undefined) {
    // The text itself stays out of the message: it may be a key.
    throw new Error(
      `line ${index + 1} of the master key file ${path} is not an id and a base64 key of ${keyBytes} bytes`,
    );
  }
  return { id, key: Buffer.from(encoded, 'base64') };
}
