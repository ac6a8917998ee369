import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { completeLock, listMissing, listWithoutHash, type LockedPackages } from '../../toolchain/lock-file.mjs';

const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;

test('hardening 15: every entry of the lock file has its hash', async (t) => {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
  const { packages } = JSON.parse(text) as { packages: LockedPackages };
  t.same(listWithoutHash(packages), []);
  t.same(listMissing(packages), [], 'and none of another platform is left out');
});

test('hardening 15: an entry without a hash, or with half of one, is found', async (t) => {
  const packages = {
    '': {},
    'node_modules/whole': { version: '1.0.0', integrity },
    'node_modules/linked': { link: true },
    'node_modules/bare': { version: '1.0.0' },
    'node_modules/weak': { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
    'node_modules/cut': { version: '1.0.0', integrity: 'sha512-AAAA' },
  };
  t.same(listWithoutHash(packages), ['node_modules/bare', 'node_modules/weak', 'node_modules/cut']);
});

test('What is missing is taken from the registry, with its hash', async (t) => {
  const packages = {
    '': {},
    'node_modules/bare': { version: '2.0.0' },
    'node_modules/tool': { version: '1.0.0', integrity, optionalDependencies: { '@tool/darwin': '1.0.0' } },
  };
  const asked: string[] = [];
  const complete = await completeLock(packages, async (name, version) => {
    asked.push(`${name}@${version}`);
    return { version, integrity, ...(name === '@tool/darwin' ? { os: ['darwin'] } : {}) };
  });
  t.same(asked, ['@tool/darwin@1.0.0', 'bare@2.0.0']);
  t.same(complete['node_modules/@tool/darwin'], { version: '1.0.0', integrity, os: ['darwin'], optional: true });
  t.same(complete['node_modules/bare'], { version: '2.0.0', integrity });
  t.same(listWithoutHash(complete), []);
  await t.rejects(
    completeLock(packages, async (_name, version) => ({ version })),
    { message: /no hash of node_modules\/bare, node_modules\/@tool\/darwin/ },
  );
});
