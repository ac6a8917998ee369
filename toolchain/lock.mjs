// Locks between processes of one machine, as files: a lock whose holder died is taken over.
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Who holds a lock. The start time tells a process from a later one with the same pid.
 * @typedef {{ pid: number, started: string, owner?: number }} LockHolder
 */

const BREAKER_STALE_MS = 10_000;

/**
 * Takes the lock or says who has it.
 * @param {string} path
 * @param {{ owner?: number }} [options] `owner`: the process on whose behalf the lock is held
 * @returns {LockHolder | undefined} undefined when the lock is ours now
 */
export function tryLock(path, { owner } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, started: readStartTime(process.pid) ?? '', owner }));
  try {
    for (let attempt = 0; ; attempt += 1) {
      // A hard link appears with its content or not at all, which an exclusive create and a write would not.
      if (link(draft, path)) return undefined;
      const holder = readHolder(path);
      if (holder !== undefined && isHolding(holder)) return holder;
      if (attempt > 20) throw new Error(`cannot take over the stale lock ${path}: remove the file`);
      breakStaleLock(path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Gives a lock back; a lock that someone else took over meanwhile stays.
 * @param {string} path
 */
export function unlock(path) {
  if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

/**
 * Does `work` under the lock, after waiting for whoever holds it.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: LockHolder) => void, everyMs?: number }} [options] `onWait` is called at each look
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { onWait, everyMs = 200 } = {}) {
  for (;;) {
    const holder = tryLock(path);
    if (holder === undefined) break;
    onWait?.(holder);
    await delay(everyMs);
  }
  try {
    return await work();
  } finally {
    unlock(path);
  }
}

/**
 * @param {number} pid
 * @returns {boolean} whether a process with this pid runs (one that only waits to be reaped does not)
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  return readStat(pid)?.[0] !== 'Z';
}

/**
 * @param {number} pid
 * @returns {string | undefined} when the process started, in the kernel's own units; undefined where there is no /proc
 */
export function readStartTime(pid) {
  return readStat(pid)?.[19];
}

/** @param {number} pid @returns {string[] | undefined} the fields of /proc/PID/stat from the state on */
function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** @param {LockHolder} holder */
function isHolding(holder) {
  if (!isAlive(holder.pid)) return false;
  const started = readStartTime(holder.pid);
  return started === undefined || holder.started === '' || started === holder.started;
}

/** @param {string} path @returns {LockHolder | undefined} */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Removes a stale lock. Of several that saw it stale only the one with the breaker looks again and removes it, so that
 * none removes the fresh lock of another.
 * @param {string} path
 */
function breakStaleLock(path) {
  const breaker = `${path}.breaker`;
  try {
    writeFileSync(breaker, String(process.pid), { flag: 'wx' });
  } catch {
    const age = Date.now() - (statSync(breaker, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > BREAKER_STALE_MS) rmSync(breaker, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder === undefined || !isHolding(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** @param {string} from @param {string} to @returns {boolean} false when `to` exists */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}
