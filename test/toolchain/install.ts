import { mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { getPinnedNode, installPackages } from '../../toolchain/install.mjs';
import type { Progress } from '../../toolchain/progress.mjs';
import { createTestDirectory } from '../helpers/directory.ts';

type Locked = Record<string, { version?: string; optional?: boolean }>;

/** A repository whose npm is a script that leaves a mark instead of installing. */
async function createRepository(t: Parameters<typeof createTestDirectory>[0], locked: Locked, installed: Locked) {
  const root = await createTestDirectory(t);
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(process.execPath, getPinnedNode(root));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  const seen: Progress[] = [];
  const bin = join(root, 'bin');
  mkdirSync(bin);
  const useNpm = (script: string): void => {
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${path}`;
  };
  const path = process.env.PATH ?? '';
  t.teardown(() => (process.env.PATH = path));
  return { root, seen, useNpm, install: () => installPackages(root, (progress) => seen.push(progress)) };
}

const one = { 'node_modules/one': { version: '1.0.0' } };

test('What npm itself recorded as installed is not installed again', async (t) => {
  const { install, seen, useNpm } = await createRepository(t, one, one);
  useNpm('exit 1');
  await install();
  t.same(seen, []);
});

test('Packages of other platforms need not be there', async (t) => {
  const { install, seen, useNpm } = await createRepository(
    t,
    { ...one, 'node_modules/other': { version: '1.0.0', optional: true } },
    one,
  );
  useNpm('exit 1');
  await install();
  t.same(seen, []);
});

test('A lock file that says something else is installed, once', async (t) => {
  const { install, seen, useNpm } = await createRepository(t, one, { 'node_modules/one': { version: '0.9.0' } });
  useNpm('exit 0');
  await install();
  t.match(seen[0], { subject: 'npm ci', total: 1 });
  useNpm('exit 1');
  await install();
  t.pass('the second start finds the stamp of the first');
});

test('Where the lock file has no Node.js for the machine, the running one serves when it is new enough', async (t) => {
  const { root, install, useNpm } = await createRepository(t, one, {});
  const pinned = getPinnedNode(root);
  useNpm(`rm -f ${pinned}`);
  await install();
  t.equal(readlinkSync(pinned), process.execPath);
  const { version } = process;
  t.teardown(() => Object.defineProperty(process, 'version', { value: version }));
  Object.defineProperty(process, 'version', { value: 'v22.1.0' });
  rmSync(pinned);
  await t.rejects(install(), { message: /has no Node\.js for .*: run this with Node\.js 24\.0\.0 or newer/ });
});

test('A failed installation says what npm said, without its advertisements', async (t) => {
  const { install, useNpm } = await createRepository(t, one, {});
  useNpm('echo "npm warn noise" >&2; echo "npm error code E404" >&2; exit 1');
  await t.rejects(install(), { message: /^npm ci failed: npm error code E404$/ });
});
