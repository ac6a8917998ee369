// Completes package-lock.json with packages of other platforms and with hashes: `node toolchain/complete-lock.mjs [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { completeLock, listMissing, listWithoutHash } from './lock-file.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./lock-file.mjs').Describe} Describe */

const file = join(dirname(import.meta.dirname), 'package-lock.json');
/** @type {{ packages: import('./lock-file.mjs').LockedPackages }} */
const lock = JSON.parse(readFileSync(file, 'utf8'));
const faults = [
  ...listMissing(lock.packages).map(([place, version]) => `missing: ${place} ${version}`),
  ...listWithoutHash(lock.packages).map((place) => `without integrity: ${place}`),
];
for (const fault of faults) process.stdout.write(`${fault}\n`);
if (process.argv.includes('--check')) {
  if (faults.length > 0) {
    process.stdout.write('package-lock.json: `node toolchain/complete-lock.mjs` asks the registry for what it lacks\n');
    process.exitCode = 1;
  }
} else if (faults.length > 0) {
  const packages = await completeLock(lock.packages, describe);
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
}

/** @type {Describe} */
async function describe(name, version) {
  const { code, stdout } = await runCommand('npm', ['view', '--json', `${name}@${version}`], { env: process.env });
  if (code !== 0) {
    throw new Error(`the registry does not have ${name} ${version}: take a version of what wants it that has it`);
  }
  const { dist = {}, os, cpu, libc, license } = JSON.parse(stdout);
  const lists = Object.entries({ cpu, libc, os }).map(([key, value]) => [
    key,
    value === undefined ? value : [value].flat(),
  ]);
  const told = Object.entries({ integrity: dist.integrity, ...Object.fromEntries(lists), license });
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}
