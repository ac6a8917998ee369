// A step of `npm run check`: the licence of each package, as it is installed, else as the lock file has it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findForbidden, findStale } from './licences.mjs';

const root = dirname(import.meta.dirname);
/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** @type {Record<string, { version: string, license?: string, link?: boolean }>} */
const locked = read('package-lock.json').packages;
const packages = Object.entries(locked)
  .filter(([path, { link }]) => path !== '' && link !== true)
  .map(([path, { version, license }]) => {
    const manifest = join(path, 'package.json');
    const said = existsSync(join(root, manifest)) ? read(manifest).license : undefined;
    return {
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: typeof said === 'string' ? said : license,
    };
  });
const rules = read('toolchain/licences.json');
const faults = [
  ...findForbidden(packages, rules),
  ...findStale(packages, rules).map((key) => `${key}: is read in licences.json and not used any more`),
];
for (const fault of faults) process.stdout.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
