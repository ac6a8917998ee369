// Starts one of the mains as a process of its own, keeps its log in a file, and ends it in order.

import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A running main. */
export type ChildService = {
  name: string;
  pid: number;
  /** Settles when the process ends; `expected` tells whether `stop` was called before. */
  ended: Promise<{ expected: boolean; detail: string }>;
  /** SIGTERM, then SIGKILL once the grace is over. Resolves when the process is gone; safe to call twice. */
  stop(): Promise<void>;
};

// Ends the child in order when this process is gone, however it went.
const guard = fileURLToPath(new URL('../../toolchain/end-with-parent.mjs', import.meta.url));
/** Longer than the worker's own phases of shutdown. */
const graceMilliseconds = 60_000;

/** The last lines of a log, for an error message. */
export async function readLogTail(path: string, lines = 8): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function watchEnd(child: ChildProcess, isStopping: () => boolean): ChildService['ended'] {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ expected: false, detail: error.message }));
    child.once('close', (code, signal) => {
      resolve({ expected: isStopping(), detail: signal === null ? `exit code ${code}` : `signal ${signal}` });
    });
  });
}

/** Starts `main` under this Node with exactly the given environment added to PATH, HOME and the like. */
export async function startChildService(options: {
  name: string;
  main: string;
  args?: string[];
  environment: Record<string, string>;
  logFile: string;
}): Promise<ChildService> {
  const log = await open(options.logFile, 'a');
  let stopping = false;
  const child = spawn(process.execPath, ['--import', guard, options.main, ...(options.args ?? [])], {
    // Ctrl-C in the terminal is for the quickstart, which stops its children in the right order.
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    env: { ...process.env, ...options.environment },
  });
  const ended = watchEnd(child, () => stopping);
  await log.close();
  if (child.pid === undefined) throw new Error(`${options.name} could not be started: ${(await ended).detail}`);
  return {
    name: options.name,
    pid: child.pid,
    ended,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
      await ended;
      clearTimeout(timer);
    },
  };
}
