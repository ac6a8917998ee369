// Keeps node_modules equal to package-lock.json; runs on any Node 20 or newer, before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isExecutable, runCommand } from './run-command.mjs';
import { withLock } from './lock.mjs';
import { compareVersions, NODE_MINIMUM } from './versions.mjs';

/** @typedef {import('./progress.mjs').OnProgress} OnProgress */
/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

const SUBJECT = 'npm ci';

/**
 * Runs `npm ci` unless node_modules already is what package-lock.json says. Two at once install once.
 * @param {string} root the repository
 * @param {OnProgress} onProgress
 * @returns {Promise<void>}
 */
export async function installPackages(root, onProgress) {
  if (isInstalled(root)) return;
  const onWait = () => onProgress({ subject: SUBJECT, phase: 'waiting for another installation' });
  const data = join(root, '.fleetyard');
  // The quickstart keeps its data there, which is nobody else's to look into.
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await withLock(
    join(data, 'install.lock'),
    async () => {
      if (!isInstalled(root)) await runInstall(root, onProgress);
    },
    { onWait },
  );
}

/** @param {string} root @returns {string} the Node.js that the lock file pins */
export function getPinnedNode(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

/** @param {string} root */
function isInstalled(root) {
  if (!isExecutable(getPinnedNode(root))) return false;
  const stamp = getStamp(root);
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === hashLock(root);
  // Someone ran npm ci by hand: npm's own record of what it installed decides.
  if (!matchesRecord(root)) return false;
  writeFileSync(stamp, hashLock(root));
  return true;
}

/** @param {string} root @param {OnProgress} onProgress */
async function runInstall(root, onProgress) {
  const total = countPackages(readPackages(join(root, 'package-lock.json')));
  const started = Date.now();
  const show = () => {
    const done = Math.min(total, countInstalled(join(root, 'node_modules')));
    const elapsed = (Date.now() - started) / 1000;
    const secondsLeft = done > total / 10 && done < total ? (elapsed / done) * (total - done) : undefined;
    const phase = done < total ? 'installing packages' : 'finishing';
    onProgress({ subject: SUBJECT, phase, done, total, secondsLeft });
  };
  show();
  const timer = setInterval(show, 1_000);
  const { code, stderr } = await runCommand('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    env: getCleanEnvironment(root),
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`npm ci failed: ${selectErrors(stderr)}`);
  if (!isExecutable(getPinnedNode(root))) useOwnNode(root);
  writeFileSync(getStamp(root), hashLock(root));
}

/**
 * Where the lock file has no Node.js for this platform, the one that runs this has to be new enough for everything.
 * @param {string} root
 */
function useOwnNode(root) {
  if (compareVersions(process.version, NODE_MINIMUM) < 0) {
    const machine = `${process.platform} ${process.arch}`;
    throw new Error(`package-lock.json has no Node.js for ${machine}: run this with Node.js ${NODE_MINIMUM} or newer`);
  }
  mkdirSync(dirname(getPinnedNode(root)), { recursive: true });
  rmSync(getPinnedNode(root), { force: true });
  symlinkSync(process.execPath, getPinnedNode(root));
}

/** @param {string} text what npm said @returns {string} its errors, without warnings and advertisements of its help */
function selectErrors(text) {
  const errors = text.split('\n').filter((line) => /^npm error \S/.test(line));
  return errors.slice(0, 8).join('\n') || text.trim();
}

/**
 * The environment without what a surrounding `npm run` put into it: its node_modules/.bin/node vanishes while npm ci runs.
 * @param {string} root
 */
function getCleanEnvironment(root) {
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_(config_|package_|lifecycle_)/i.test(name));
  const env = Object.fromEntries(entries);
  const inside = join(root, 'node_modules');
  env.PATH = (env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => !directory.startsWith(inside))
    .join(delimiter);
  return env;
}

/** @param {string} root */
function getStamp(root) {
  return join(root, 'node_modules', '.fleetyard-installed');
}

/** @param {string} root */
function hashLock(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** @param {string} root */
function matchesRecord(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
  );
}

/** @param {string} file @returns {Record<string, LockedPackage>} */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** @param {Record<string, LockedPackage>} packages */
function countPackages(packages) {
  return Object.entries(packages).filter(([path, { optional }]) => isTopLevel(path) && optional !== true).length;
}

/** @param {string} path */
function isTopLevel(path) {
  return path !== '' && path.lastIndexOf('node_modules/') === 0;
}

/**
 * npm makes all directories early and fills them one by one.
 * @param {string} directory
 * @returns {number} filled packages directly under node_modules, scoped ones included
 */
function countInstalled(directory) {
  if (!existsSync(directory)) return 0;
  const names = readdirSync(directory).filter((name) => !name.startsWith('.'));
  const packages = names.flatMap((name) => {
    return name.startsWith('@') ? readdirSync(join(directory, name)).map((inner) => join(name, inner)) : [name];
  });
  return packages.filter((name) => existsSync(join(directory, name, 'package.json'))).length;
}
