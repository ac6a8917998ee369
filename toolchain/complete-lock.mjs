// Completes package-lock.json with the packages of other platforms: `node toolchain/complete-lock.mjs [--check]`.
// npm leaves them out when a registry has not got them or when it installs over an existing node_modules, and then
// refuses the lock file it wrote as out of sync at the next `npm ci`. Only their names, versions and platforms are added:
// npm never fetches a package of another platform.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockedPackage */

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'windows',
];
const MACHINES = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const file = join(dirname(import.meta.dirname), 'package-lock.json');
const check = process.argv.includes('--check');

/** @type {{ packages: Record<string, LockedPackage> }} */
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = listMissing(lock.packages);
for (const [name, entry] of missing) process.stdout.write(`${check ? 'missing' : 'added'}: ${name} ${entry.version}\n`);
if (check && missing.length > 0) {
  process.stdout.write('package-lock.json: `node toolchain/complete-lock.mjs` adds the packages of other platforms\n');
  process.exitCode = 1;
} else if (missing.length > 0) {
  lock.packages = Object.fromEntries(
    [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}

/**
 * @param {Record<string, LockedPackage>} packages
 * @returns {[string, LockedPackage][]}
 */
function listMissing(packages) {
  /** @type {Map<string, LockedPackage>} */
  const found = new Map();
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isResolved(packages, path, name)) continue;
      const place = `node_modules/${name}`;
      // Two versions of one platform's package: the second goes below the package that wants it.
      const other = found.get(place);
      const target = other === undefined || other.version === version ? place : `${path}/${place}`;
      found.set(target, { version, ...describePlatform(name), optional: true });
    }
  }
  return [...found];
}

/** @param {Record<string, LockedPackage>} packages @param {string} from @param {string} name */
function isResolved(packages, from, name) {
  for (let path = from; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')))) {
    if (`${path}/node_modules/${name}` in packages) return true;
  }
  return `node_modules/${name}` in packages;
}

/** @param {string} name e.g. `@scope/binding-linux-x64-musl` */
function describePlatform(name) {
  const words = name.split(/[^a-z0-9]+/);
  const system = SYSTEMS.find((word) => words.includes(word));
  const machine = MACHINES.find((word) => words.includes(word));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
  return {
    ...(machine === undefined ? {} : { cpu: [machine] }),
    ...(libc === undefined || system !== 'linux' ? {} : { libc }),
    ...(system === undefined ? {} : { os: [system === 'windows' ? 'win32' : system] }),
  };
}
