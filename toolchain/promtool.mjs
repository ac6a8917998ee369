// Finds promtool, which checks rules of Prometheus: explicit path, PATH, cache, Debian's package, in this order.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillAtomically, getCacheDirectory } from './cache.mjs';
import { unpackPackages } from './debian.mjs';
import { withLock } from './lock.mjs';
import { findOnPath, isExecutable, runCommand } from './run-command.mjs';

const ADVICE = 'put promtool on the PATH or its path into FLEETYARD_PROMTOOL';

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>} its path; rejects with one line of advice
 */
export async function findPromtool(env = process.env) {
  const explicit = env.FLEETYARD_PROMTOOL;
  if (explicit) {
    if (await runs(explicit)) return explicit;
    throw new Error(`FLEETYARD_PROMTOOL names ${explicit}, which is no promtool that runs`);
  }
  const onPath = findOnPath('promtool', env);
  if (onPath !== undefined && (await runs(onPath))) return onPath;
  const home = join(getCacheDirectory(env), 'promtool');
  const cached = join(home, 'promtool');
  if (existsSync(cached)) return cached;
  const apt = findOnPath('apt-get', env);
  if (apt === undefined || env.FLEETYARD_DOWNLOADS === 'off') throw new Error(`there is no promtool: ${ADVICE}`);
  try {
    await withLock(`${home}.lock`, async () => {
      if (!existsSync(cached)) await fillAtomically(home, (draft) => unpack(apt, draft));
    });
  } catch (error) {
    throw new Error(`there is no promtool: ${ADVICE} (${error instanceof Error ? error.message : String(error)})`);
  }
  return cached;
}

/** @param {string} apt @param {string} draft */
async function unpack(apt, draft) {
  const packages = join(draft, 'packages');
  mkdirSync(packages);
  await unpackPackages(apt, ['prometheus'], packages, () => undefined);
  const program = join(packages, 'usr', 'bin', 'promtool');
  if (!(await runs(program))) throw new Error("Debian's promtool does not run here");
  renameSync(program, join(draft, 'promtool'));
  rmSync(packages, { recursive: true });
}

/** @param {string} binary @returns {Promise<boolean>} */
async function runs(binary) {
  return isExecutable(binary) && (await runCommand(binary, ['--version'], { timeoutMs: 20_000 })).code === 0;
}
