// Runs the part of a search that takes long in a process of its own, which ends when this one does.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Starts `find.mjs <program>`, passes its progress on and returns what it found.
 * @template {object} Found
 * @param {string} program
 * @param {{ subject: string, onProgress?: import('./progress.mjs').OnProgress, env: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 * @returns {Promise<Found>}
 */
export function findInChild(program, { subject, onProgress, env, signal }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Error(`${subject}: the search was given up`));
    // A session of its own: a Ctrl-C in the terminal is for the parent, which closes the child's stdin when it ends.
    const child = spawn(process.execPath, [join(import.meta.dirname, 'find.mjs'), program], {
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const giveUp = () => child.stdin.end();
    signal?.addEventListener('abort', giveUp, { once: true });
    /** @type {{ found?: Found, error?: string }} */
    let outcome = {};
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.progress !== undefined) onProgress?.(message.progress);
      else outcome = message;
    });
    child.on('error', reject);
    child.on('close', () => {
      signal?.removeEventListener('abort', giveUp);
      if (outcome.found !== undefined) resolve(outcome.found);
      else
        reject(
          new Error(outcome.error ?? `${subject}: the search ${signal?.aborted ? 'was given up' : 'ended early'}`),
        );
    });
  });
}
