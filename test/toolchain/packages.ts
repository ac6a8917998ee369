import { test } from 'tap';
import { judgeAdvisories, readAdvisories } from '../../toolchain/advisories.mjs';
import { allows, findForbidden, findStale } from '../../toolchain/licences.mjs';

const allowed = ['MIT', 'ISC', 'Apache-2.0'];

test('Expressions of licences', async (t) => {
  for (const [expression, fits] of [
    ['MIT', true],
    ['GPL-3.0', false],
    ['(MIT OR GPL-3.0)', true],
    ['(MIT AND GPL-3.0)', false],
    ['(GPL-3.0 OR (ISC AND MIT))', true],
    ['(GPL-3.0 OR MIT) AND AGPL-3.0', false],
    ['MIT AND', false],
    ['(MIT', false],
    ['MIT ISC', false],
    ['SEE LICENSE IN MIT', false],
    ['UNLICENSED', false],
    ['', false],
  ] as const) {
    t.equal(allows(allowed, expression), fits, expression);
  }
});

test('A package of another licence, or of none, is named unless somebody read it', async (t) => {
  const packages = [
    { name: 'good', version: '1.0.0', licence: 'MIT' },
    { name: 'bad', version: '1.0.0', licence: 'GPL-3.0' },
    { name: 'silent', version: '1.0.0', licence: undefined },
    { name: 'read', version: '2.0.0', licence: 'SEE LICENSE IN LICENSE' },
  ];
  const rules = { allowed, read: { 'read@2.0.0': 'MIT, by its file', 'gone@1.0.0': 'MIT' } };
  t.same(findForbidden(packages, rules), ['bad@1.0.0: GPL-3.0', 'silent@1.0.0: says no licence']);
  t.same(findStale(packages, rules), ['gone@1.0.0']);
  t.same(
    findForbidden([{ name: 'read', version: '2.0.1', licence: undefined }], rules),
    ['read@2.0.1: says no licence'],
    'another version is to be read again',
  );
});

const report = JSON.stringify({
  vulnerabilities: {
    one: {
      via: [
        { name: 'one', url: 'https://github.com/advisories/GHSA-aaaa', title: 'eats memory', severity: 'high' },
        'two',
      ],
    },
    two: { via: [{ name: 'two', url: 'https://github.com/advisories/GHSA-bbbb', title: 'leaks', severity: 'low' }] },
    above: { via: ['one'] },
  },
});

test('Advisories that nobody accepted are named, accepted ones until their day', async (t) => {
  const advisories = readAdvisories(report) ?? [];
  t.same(judgeAdvisories(advisories, {}, '2026-01-02'), [
    'one: high, eats memory (GHSA-aaaa)',
    'two: low, leaks (GHSA-bbbb)',
  ]);
  const accepted = {
    'GHSA-aaaa': { reason: 'reads no input of others', until: '2026-02-01' },
    'GHSA-bbbb': { reason: 'not called', until: '2026-01-01' },
    'GHSA-cccc': { reason: 'gone', until: '2027-01-01' },
  };
  t.same(judgeAdvisories(advisories, accepted, '2026-01-02'), [
    'two: low, leaks (GHSA-bbbb)',
    'GHSA-cccc is accepted in advisories.json and no package has it any more',
  ]);
});

test('A registry that does not answer is no registry that knows of nothing', async (t) => {
  t.equal(readAdvisories(''), undefined);
  t.equal(readAdvisories('{"message":"405 Method Not Allowed","statusCode":405}'), undefined);
  t.same(readAdvisories('{"vulnerabilities":{}}'), []);
});
