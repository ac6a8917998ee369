// The process between a main and a server that it started: `node supervisor.mjs`, JSON lines on stdin and stdout.
// It owns the server's directory, starts the server when it is told how, and stops it when its stdin closes, which
// happens however the main ends.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, readlinkSync, realpathSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, tryLock, unlock } from './lock.mjs';

/** @typedef {import('./server.mjs').ServerCommand} ServerCommand */
/** @typedef {{ name: string, home: string, dataDir: string, pidFile: string, stopSignal: NodeJS.Signals, log: string }} Assignment */

const STOP_TIMEOUT_MS = 20_000;
const PREVIOUS_TIMEOUT_MS = 30_000;
const LOG_LIMIT_BYTES = 10_000_000;

let stopping = false;
/** @type {(() => void) | undefined} */
let onStop;

function stop() {
  stopping = true;
  onStop?.();
}

/** @param {object} message */
function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * Takes the directory. Its holder is waited for only when the main that it served is gone, so that it is about to end.
 * @param {string} lock
 * @param {string} name
 */
async function takeDirectory(lock, name) {
  const deadline = Date.now() + PREVIOUS_TIMEOUT_MS;
  for (;;) {
    const holder = tryLock(lock, { owner: process.ppid });
    if (holder === undefined) return;
    if ((holder.owner !== undefined && isAlive(holder.owner)) || Date.now() > deadline) {
      throw new Error(
        `${name}: ${lock} is held by process ${holder.owner ?? holder.pid}; only one may use this directory`,
      );
    }
    await delay(100);
  }
}

/**
 * Ends a server that outlived its supervisor. The working directory proves that the pid is still that server.
 * @param {Assignment} assignment
 */
async function endLeftOver({ pidFile, dataDir, stopSignal }) {
  const pid = readPid(pidFile);
  if (pid === undefined || !isServing(pid, dataDir)) return;
  process.kill(pid, stopSignal);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isServing(pid, dataDir)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
}

/** @param {string} pidFile */
function readPid(pidFile) {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid @param {string} dataDir */
function isServing(pid, dataDir) {
  try {
    return isAlive(pid) && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    return false;
  }
}

/** @param {ServerCommand} command @param {Assignment} assignment @returns {Promise<string>} how it ended */
function serve({ command, args, cwd, env, uid, gid }, { log, stopSignal }) {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(log, `${log}.1`);
  const output = openSync(log, 'a', 0o600);
  return new Promise((resolve) => {
    const server = spawn(command, args, { cwd, env, uid, gid, stdio: ['ignore', output, output] });
    server.on('error', (error) => resolve(error.message));
    server.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    onStop = () => {
      server.kill(stopSignal);
      setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS).unref();
    };
    if (stopping) onStop();
    say({ pid: server.pid });
  });
}

async function main() {
  const lines = createInterface({ input: process.stdin });
  lines.on('close', stop);
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(signal, stop);
  process.stdout.on('error', () => undefined);
  const input = lines[Symbol.asyncIterator]();
  const first = await input.next();
  if (first.done) return;
  /** @type {Assignment} */
  const assignment = JSON.parse(first.value);
  const lock = join(assignment.home, 'lock');
  await takeDirectory(lock, assignment.name);
  try {
    await endLeftOver(assignment);
    say({ locked: true });
    const second = await input.next();
    if (second.done) return;
    say({ ended: await serve(JSON.parse(second.value), assignment) });
  } finally {
    unlock(lock);
  }
}

try {
  await main();
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
}
process.exit();
