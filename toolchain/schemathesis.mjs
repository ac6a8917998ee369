// Finds Schemathesis, which tries the contract on the running API: the cache, else its pinned packages in an environment of Python's own.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillAtomically, getCacheDirectory } from './cache.mjs';
import { withLock } from './lock.mjs';
import { findOnPath, runCommand } from './run-command.mjs';
import { compareVersions } from './versions.mjs';

/** The oldest Python that Schemathesis runs on. */
const PYTHON_MINIMUM = '3.10.0';

/** @typedef {import('./progress.mjs').OnProgress} OnProgress */

/**
 * How it is started: `command` with `args` before its own arguments.
 * @typedef {{ command: string, args: string[], version: string }} FoundSchemathesis
 */

const SUBJECT = 'Schemathesis';
const REQUIREMENTS = join(import.meta.dirname, 'schemathesis', 'requirements.txt');
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Finds it, installing it into the cache when it is not there; every package is held against its hash.
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<FoundSchemathesis>} rejects with one line that says what is missing
 */
export async function findSchemathesis({ onProgress, env = process.env } = {}) {
  const version = readPinnedVersion();
  const home = join(getCacheDirectory(env), `schemathesis-${version}`);
  return withLock(`${home}.lock`, async () => {
    const present = await findInstalled(home, version);
    if (present !== undefined) return present;
    const python = await findPython(env);
    onProgress?.({ subject: SUBJECT, phase: 'installing' });
    await fillAtomically(home, (draft) => install(python, draft));
    const made = await findInstalled(home, version);
    if (made === undefined) throw new Error(`${SUBJECT}: it was installed and does not run`);
    return made;
  });
}

/** @returns {string} */
function readPinnedVersion() {
  const version = /^schemathesis==(\S+)/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${REQUIREMENTS} names no schemathesis`);
  return version;
}

/** @param {string} home @param {string} version @returns {Promise<FoundSchemathesis | undefined>} */
async function findInstalled(home, version) {
  // The scripts of an environment hold the path that it was made at; its Python finds its packages wherever it lies.
  const command = join(home, 'bin', 'python');
  if (!existsSync(command)) return undefined;
  const args = ['-m', 'schemathesis.cli'];
  const { code, stdout } = await runCommand(command, [...args, '--version'], { timeoutMs: 60_000 });
  return code === 0 && stdout.includes(version) ? { command, args, version } : undefined;
}

/** @param {NodeJS.ProcessEnv} env */
async function findPython(env) {
  const python = findOnPath('python3', env);
  if (python === undefined) throw new Error(`${SUBJECT}: there is no python3 on the PATH`);
  const { stdout } = await runCommand(python, ['--version'], { timeoutMs: 10_000 });
  const found = /(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '0';
  if (compareVersions(found, PYTHON_MINIMUM) < 0) {
    throw new Error(`${SUBJECT}: ${python} is ${found}; ${PYTHON_MINIMUM} or newer is needed`);
  }
  return python;
}

/** @param {string} python @param {string} directory */
async function install(python, directory) {
  const steps = [
    { command: python, args: ['-m', 'venv', directory] },
    {
      command: join(directory, 'bin', 'python'),
      args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', REQUIREMENTS],
    },
  ];
  for (const { command, args } of steps) {
    const { code, stderr } = await runCommand(command, args, { timeoutMs: INSTALL_TIMEOUT_MS });
    if (code !== 0) throw new Error(`${SUBJECT}: ${stderr.trim().split('\n').at(-1) || `${args[1]} failed`}`);
  }
}
