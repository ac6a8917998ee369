// The directory for data: only its owner can look into it.

import { chmod, mkdir, stat } from 'node:fs/promises';
import { ConfigError } from './config-error.ts';

const forOthers = 0o077;
/** Looking and writing. To pass through tells nothing and changes nothing. */
const lookAndWrite = 0o066;

/** Makes the directory with mode 0700, or tightens the one that is there. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await tightenDirectory(path);
}

/**
 * Takes from others what they may in a directory that is there; throws a `ConfigError` when that is not ours to do. Root leaves them
 * the way through: servers that it started as other users may have their data inside, and whatever lies there is private by itself.
 */
export async function tightenDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || process.getuid === undefined) return;
  const uid = process.getuid();
  if (uid !== 0 && found.uid !== uid) {
    if ((found.mode & lookAndWrite) === 0) return;
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw new ConfigError([
      `FLEETYARD_DATA_DIR: others may look into ${path} (mode ${mode}), and it belongs to another user; its owner makes it private with chmod 0700, or set it to a directory inside`,
    ]);
  }
  const taken = uid === 0 ? lookAndWrite : forOthers;
  if ((found.mode & taken) !== 0) await chmod(path, found.mode & 0o777 & ~taken);
}
