// Running an outside program to its end and reading what it printed.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} CommandResult
 * @property {number | null} code exit code; null when a signal ended it or it could not be started
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program without a shell. It never rejects: a program that cannot be started has code null and says why in stderr.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number, timeoutMs?: number, onLine?: (line: string) => void }} [options]
 *   `onLine` sees each line of both streams as it comes
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, { cwd, env, uid, gid, timeoutMs, onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, uid, gid, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    const seen = { stdout: '', stderr: '' };
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      let rest = '';
      child[name].setEncoding('utf8');
      child[name].on('data', (/** @type {string} */ chunk) => {
        seen[name] += chunk;
        if (onLine === undefined) return;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
    }
    child.on('error', (error) => resolve({ code: null, stdout: seen.stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, ...seen }));
  });
}

/**
 * Looks a program up on the PATH.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined} its path
 */
export function findOnPath(name, env = process.env) {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    if (directory === '') continue;
    const candidate = join(directory, name);
    if (isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {boolean} whether there is a file that this user may execute
 */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
