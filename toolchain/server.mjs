// Runs a server under a supervisor process: one user of a directory at a time, and the server ends when this process does.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {object} RunningServer
 * @property {string} url how clients connect; holds the password
 * @property {string} source where the server came from
 * @property {() => Promise<void>} stop ends the server in order and waits for its end; safe to call twice
 * @property {Promise<string>} ended resolves with the reason when the server ends without having been asked to
 */

/**
 * What the supervisor starts.
 * @typedef {object} ServerCommand
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {number} [uid]
 * @property {number} [gid]
 */

/**
 * @typedef {object} ServerPlan
 * @property {string} name for messages and the log file
 * @property {string} home the directory that one supervisor owns at a time; holds lock and log
 * @property {string} dataDir the working directory that tells a left-over server of ours from any other process
 * @property {string} pidFile where the server writes its pid on its first line
 * @property {NodeJS.Signals} stopSignal asks the server to end in order
 * @property {() => Promise<ServerCommand>} prepare called once the directory is ours and no left-over server runs
 * @property {(pid: number) => Promise<boolean>} isReady
 */

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts the server and waits until it is ready.
 * @param {ServerPlan} plan
 * @returns {Promise<Pick<RunningServer, 'stop' | 'ended'>>}
 */
export async function startServer({ name, home, dataDir, pidFile, stopSignal, prepare, isReady }) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const log = join(home, `${name.toLowerCase()}.log`);
  // A session of its own: Ctrl-C in the terminal reaches only the mains, which stop the servers last.
  const supervisor = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.mjs')], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => supervisor.on('close', resolve));
  supervisor.on('error', () => undefined);
  supervisor.stdin.on('error', () => undefined);
  const messages = readMessages(supervisor.stdout);
  /** @param {object} message */
  const tell = (message) => supervisor.stdin.write(`${JSON.stringify(message)}\n`);
  const stop = async () => {
    supervisor.ref();
    supervisor.stdin.end();
    await closed;
  };
  try {
    tell({ name, home, dataDir, pidFile, stopSignal, log });
    await messages.next('locked');
    tell(await prepare());
    const pid = Number(await messages.next('pid'));
    await waitUntilReady(name, () => isReady(pid), messages.ended, log);
  } catch (error) {
    await stop();
    throw error;
  }
  // From here on the server must not keep a main alive that has nothing else to do: its end is the server's end.
  supervisor.unref();
  for (const stream of [supervisor.stdin, supervisor.stdout])
    /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (stream)).unref();
  return { stop, ended: messages.ended };
}

/**
 * Reads the supervisor's JSON lines: each is one field, `error` and `ended` are final.
 * @param {import('node:stream').Readable} stream
 */
function readMessages(stream) {
  /** @type {Record<string, unknown>} */
  const seen = {};
  let wake = () => undefined;
  /** @type {(reason: string) => void} */
  let end = () => undefined;
  const ended = /** @type {Promise<string>} */ (new Promise((resolve) => (end = resolve)));
  createInterface({ input: stream })
    .on('line', (line) => {
      Object.assign(seen, JSON.parse(line));
      if (seen.ended !== undefined) end(String(seen.ended));
      wake();
    })
    .on('close', () => {
      end('its supervisor ended');
      seen.error ??= seen.ended ?? 'its supervisor ended';
      wake();
    });
  /** @param {string} field */
  const next = async (field) => {
    while (seen[field] === undefined) {
      if (seen.error !== undefined) throw new Error(String(seen.error));
      await /** @type {Promise<void>} */ (new Promise((resolve) => (wake = () => void resolve())));
    }
    return seen[field];
  };
  return { next, ended };
}

/** @param {string} name @param {() => Promise<boolean>} isReady @param {Promise<string>} ended @param {string} log */
async function waitUntilReady(name, isReady, ended, log) {
  /** @type {string | undefined} */
  let reason;
  void ended.then((why) => (reason = why));
  for (const deadline = Date.now() + READY_TIMEOUT_MS; !(await isReady()); await delay(25)) {
    if (reason === undefined && Date.now() > deadline) reason = `not ready after ${READY_TIMEOUT_MS / 1000} s`;
    if (reason !== undefined) throw new Error(`${name} did not start: ${reason}; the end of ${log}:\n${readTail(log)}`);
  }
}

/** @param {string} file */
function readTail(file) {
  if (!existsSync(file)) return '';
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, 2_000));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trim();
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a small file that may not exist.
 * @param {string} file
 * @returns {string | undefined}
 */
export function readIfPresent(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
