// Whom a server runs as when we are root (PostgreSQL refuses to be, Redis need not be), and where that user can read its program
// and keep its data.
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, runCommand } from './run-command.mjs';

/**
 * Ids to run as; empty when we are not root and simply stay who we are.
 * @typedef {{ uid?: number, gid?: number }} ServiceUser
 */

const SHARED = '/var/lib/fleetyard';

/**
 * @param {string} name the user of this server alone, made when there is none
 * @param {(phase: string) => void} [onPhase] hears of it before the machine gets a new user
 * @returns {Promise<ServiceUser>}
 */
export async function getServiceUser(name, onPhase) {
  if (process.getuid?.() !== 0) return {};
  const present = (await readIds(name)) ?? (await createUser(name, onPhase)) ?? (await readIds('nobody'));
  if (present === undefined)
    throw new Error(`there is no user ${name} to run the server as, for root must not: add one`);
  return present;
}

/**
 * Where the service user can keep data for `home`: a directory in it, or, when the user cannot get that far (a checkout
 * under /root), one of the same meaning under /var/lib.
 * @param {string} home
 * @param {ServiceUser} user
 * @returns {string}
 */
export function relocateData(home, user) {
  if (user.uid === undefined) return home;
  // Remembered, so that a later change of permissions does not hide the data.
  const memory = join(home, 'location');
  const reachable = isReachable(dirname(home));
  // A home that was removed by hand and made anew has another password, so it never takes up the data of the old one.
  const elsewhere = join(SHARED, `data-${randomBytes(8).toString('hex')}`);
  const base = existsSync(memory) ? readFileSync(memory, 'utf8') : reachable ? join(home, 'server') : elsewhere;
  if (reachable) chmodSync(home, 0o711);
  if (base === elsewhere) mkdirSync(SHARED, { recursive: true, mode: 0o755 });
  mkdirSync(base, { recursive: true, mode: 0o700 });
  chownSync(base, user.uid, user.gid ?? user.uid);
  writeFileSync(memory, base);
  return base;
}

/**
 * Removes what a stopped server left for `home`, wherever it had to be put.
 * @param {string} home
 */
export function removeData(home) {
  const memory = join(home, 'location');
  if (existsSync(memory)) rmSync(readFileSync(memory, 'utf8'), { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}

/**
 * The program's directory, or a copy of it that the service user can read.
 * @param {string} native
 * @param {ServiceUser} user
 * @param {string} name of the program
 * @returns {string}
 */
export function ensureEnterable(native, user, name) {
  if (user.uid === undefined || isReachable(native)) return native;
  const key = createHash('sha256')
    .update(`${native} ${statSync(native).mtimeMs}`)
    .digest('hex')
    .slice(0, 16);
  const copy = join(SHARED, `${name}-${key}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  mkdirSync(SHARED, { recursive: true, mode: 0o755 });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
  } catch {
    // Another process was faster; its copy is as good.
    rmSync(draft, { recursive: true, force: true });
  }
  return copy;
}

/** @param {string} directory @returns {boolean} whether every directory on the way lets others enter */
function isReachable(directory) {
  for (let path = directory; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** @param {string} name @returns {Promise<ServiceUser | undefined>} */
async function readIds(name) {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runCommand('id', [flag, name])));
  if (uid?.code !== 0 || gid?.code !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/**
 * @param {string} name
 * @param {(phase: string) => void} [onPhase]
 * @returns {Promise<ServiceUser | undefined>}
 */
async function createUser(name, onPhase) {
  const useradd = findOnPath('useradd');
  if (useradd === undefined) return undefined;
  onPhase?.(`adding the system user ${name}, for a server is not to run as root`);
  await runCommand(useradd, [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ]);
  return readIds(name);
}
