// Finds a Redis server (explicit path, PATH, cache, Debian's packages) and runs one of Fleetyard's own on loopback.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { fillAtomically, getCacheDirectory } from './cache.mjs';
import { unpackPackages } from './debian.mjs';
import { findInChild } from './find-in-child.mjs';
import { choosePort } from './ports.mjs';
import { findOnPath, runCommand } from './run-command.mjs';
import { startServer } from './server.mjs';
import { ensureEnterable, getServiceUser, relocateData, removeData } from './service-user.mjs';
import { compareVersions, REDIS_MINIMUM } from './versions.mjs';

/** @typedef {import('./progress.mjs').OnProgress} OnProgress */
/** @typedef {import('./service-user.mjs').ServiceUser} ServiceUser */

/**
 * @typedef {object} FoundRedis
 * @property {string} binary absolute path of the server
 * @property {string} version
 * @property {'explicit' | 'path' | 'cache' | 'debian'} source which way it was found
 * @property {string} [libraries] where its shared libraries are, when they are not the system's
 */

const SUBJECT = 'Redis';
/** Whom it runs as when we are root. */
const USER = 'redis';
const ADVICE = `put redis-server ${REDIS_MINIMUM} or newer on the PATH, or set REDIS_URL to a running one`;

/**
 * Finds redis-server, unpacking Debian's package into the cache when the machine has none.
 * @param {{ onProgress?: OnProgress, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 * @returns {Promise<FoundRedis>} rejects with one line of advice when nothing works
 */
export async function findRedis({ onProgress, env = process.env, signal } = {}) {
  const present = await findPresentRedis(env);
  if (present !== undefined) return present;
  return findInChild('redis', { subject: SUBJECT, onProgress, env, signal });
}

/**
 * Starts a Redis server on loopback with a password of its own, or hands out `REDIS_URL` when that is set. The server ends
 * with `stop()` or with this process.
 * @param {{ dataDir: string, port?: number, noeviction?: boolean, appendonly?: boolean, onProgress?: OnProgress, env?: NodeJS.ProcessEnv }} options
 *   `port`: when it is not given, the port of the last start if that is free, else any free one
 * @returns {Promise<import('./server.mjs').RunningServer>}
 */
export async function startRedis({
  dataDir,
  port,
  noeviction = true,
  appendonly = true,
  onProgress,
  env = process.env,
}) {
  if (env.REDIS_URL)
    return {
      url: env.REDIS_URL,
      source: 'REDIS_URL',
      stop: async () => undefined,
      ended: new Promise(() => undefined),
    };
  const found = await findRedis({ onProgress, env });
  const home = resolve(dataDir);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const user = await getServiceUser(USER, (phase) => onProgress?.({ subject: SUBJECT, phase }));
  const { binary, libraries } = makeEnterable(found, getCachedHome(env), user);
  const base = relocateData(home, user);
  const data = join(base, 'data');
  const configuration = join(base, 'redis.conf');
  const pidFile = join(base, 'redis.pid');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  giveTo(user, data);
  const password = readPassword(join(home, 'password'));
  let chosen = 0;
  const server = await startServer({
    name: SUBJECT,
    home,
    dataDir: data,
    pidFile,
    stopSignal: 'SIGTERM',
    prepare: async () => {
      chosen = await choosePort(join(home, 'port'), port);
      const settings = {
        bind: '127.0.0.1',
        port: chosen,
        requirepass: password,
        dir: JSON.stringify(data),
        pidfile: JSON.stringify(pidFile),
        appendonly: appendonly ? 'yes' : 'no',
        save: '""',
        'maxmemory-policy': noeviction ? 'noeviction' : 'allkeys-lru',
      };
      // The password goes by file: an argument would show in the process list.
      const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
      writeFileSync(configuration, lines.join(''), { mode: 0o600 });
      giveTo(user, configuration);
      const serverEnv = { PATH: env.PATH, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) };
      return { command: binary, args: [configuration], cwd: data, env: serverEnv, ...user };
    },
    isReady: () => answersPing(chosen, password),
  });
  return { ...server, url: `redis://:${password}@127.0.0.1:${chosen}/0`, source: binary };
}

/**
 * Removes what a stopped server left under `dataDir`, wherever it had to be put.
 * @param {{ dataDir: string }} options
 * @returns {Promise<void>}
 */
export async function removeRedisData({ dataDir }) {
  removeData(resolve(dataDir));
}

/**
 * The server where its user can reach it: a cache below a home of root can't be entered by others.
 * @param {FoundRedis} found
 * @param {string} cached
 * @param {ServiceUser} user
 * @returns {Pick<FoundRedis, 'binary' | 'libraries'>}
 */
function makeEnterable({ binary, libraries }, cached, user) {
  if (!binary.startsWith(`${cached}/`)) return { binary, libraries };
  const place = ensureEnterable(cached, user, 'redis');
  return { binary: binary.replace(cached, place), libraries: libraries?.replaceAll(cached, place) };
}

/** @param {ServiceUser} user @param {string} path */
function giveTo(user, path) {
  if (user.uid !== undefined) chownSync(path, user.uid, user.gid ?? user.uid);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundRedis | undefined>}
 */
export async function findPresentRedis(env) {
  const explicit = env.FLEETYARD_REDIS_SERVER;
  if (explicit) {
    const version = await readRedisVersion(explicit);
    if (version !== undefined && compareVersions(version, REDIS_MINIMUM) >= 0)
      return { binary: explicit, version, source: 'explicit' };
    throw new Error(`FLEETYARD_REDIS_SERVER names ${explicit}, which is not a Redis server ${REDIS_MINIMUM} or newer`);
  }
  const onPath = findOnPath('redis-server', env);
  const version = onPath === undefined ? undefined : await readRedisVersion(onPath);
  if (onPath !== undefined && version !== undefined && compareVersions(version, REDIS_MINIMUM) >= 0) {
    return { binary: onPath, version, source: 'path' };
  }
  return findUnpacked(getCachedHome(env), 'cache');
}

/**
 * Unpacks Debian's packages into the cache. As root too nothing is installed: a machine is not ours to change.
 * @param {OnProgress} onProgress
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundRedis>}
 */
export async function makeRedis(onProgress, env) {
  const home = getCachedHome(env);
  const apt = findOnPath('apt-get', env);
  if (apt === undefined) throw new Error(`no Redis server: ${ADVICE}`);
  if (env.FLEETYARD_DOWNLOADS === 'off') throw new Error(`no Redis server, and downloads are off: ${ADVICE}`);
  const onPhase = (/** @type {string} */ phase) => onProgress({ subject: SUBJECT, phase });
  try {
    await fillAtomically(home, (draft) => unpackPackages(apt, ['redis-server', 'redis-tools'], draft, onPhase));
  } catch (error) {
    throw new Error(`no Redis server: ${ADVICE} (${error instanceof Error ? error.message : String(error)})`);
  }
  const found = await findUnpacked(home, 'debian');
  if (found === undefined) throw new Error(`no Redis server, Debian's package did not run: ${ADVICE}`);
  return found;
}

/** @param {NodeJS.ProcessEnv} env */
export function getRedisLock(env) {
  return `${getCachedHome(env)}.lock`;
}

/** @param {string} home @param {'cache' | 'debian'} source @returns {Promise<FoundRedis | undefined>} */
async function findUnpacked(home, source) {
  const binary = join(home, 'usr', 'bin', 'redis-server');
  if (!existsSync(binary)) return undefined;
  const libraries = listLibraryDirectories(home);
  const version = await readRedisVersion(binary, libraries);
  return version === undefined ? undefined : { binary, version, source, libraries };
}

/** @param {string} home */
function listLibraryDirectories(home) {
  const found = ['lib', 'usr/lib'].flatMap((base) => {
    const directory = join(home, base);
    if (!existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(directory, name));
  });
  return found.length === 0 ? undefined : found.join(':');
}

/** @param {NodeJS.ProcessEnv} env */
function getCachedHome(env) {
  return join(getCacheDirectory(env), 'redis');
}

/** @param {string} binary @param {string} [libraries] */
async function readRedisVersion(binary, libraries) {
  const env = libraries === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries };
  const { code, stdout } = await runCommand(binary, ['--version'], { env, timeoutMs: 10_000 });
  return code === 0 ? /v=(\S+)/.exec(stdout)?.[1] : undefined;
}

/** @param {string} file */
function readPassword(file) {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** @param {number} port @param {string} password @returns {Promise<boolean>} */
function answersPing(port, password) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    let text = '';
    const finish = () => {
      socket.destroy();
      resolve(text.includes('+PONG'));
    };
    socket.setTimeout(2_000, finish);
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      // A server that still loads its data answers PING with an error.
      if (/\+PONG|-LOADING|-ERR|-NOAUTH|-WRONGPASS/.test(text)) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}
