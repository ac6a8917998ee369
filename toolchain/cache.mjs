// The cache of outside programs: where it is and how a program gets into it in one atomic step.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';

/**
 * The cache directory, outside the work tree so that every checkout of a user shares it.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function getCacheDirectory(env = process.env) {
  if (env.FLEETYARD_CACHE) return env.FLEETYARD_CACHE;
  const base = env.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'fleetyard');
}

/**
 * Fills a directory of the cache: `fill` works in a private directory beside it, and only a filled one takes the name.
 * The caller holds the lock of the directory, so drafts that lie around are of processes that died.
 * @param {string} target the directory's final path
 * @param {(directory: string) => Promise<void>} fill
 * @returns {Promise<void>}
 */
export async function fillAtomically(target, fill) {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const prefix = `${basename(target)}.draft-`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const draft = mkdtempSync(join(parent, prefix));
  try {
    await fill(draft);
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
