import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { createVault } from '../../services/vault/vault.ts';

const makeKey = (id: string) => ({ id, key: randomBytes(32) });

test('what was sealed opens under its context and no other', async (t) => {
  const vault = createVault([makeKey('aaaaaaaa')]);
  const sealed = vault.seal('a secret', 'credentials/cr_1');
  t.equal(vault.open(sealed, 'credentials/cr_1').toString(), 'a secret');
  t.throws(() => vault.open(sealed, 'credentials/cr_2'), /does not open/);
  t.equal(vault.open(vault.seal('', 'x'), 'x').length, 0, 'also nothing at all');
  const bytes = randomBytes(100_000);
  t.ok(vault.open(vault.seal(bytes, 'x'), 'x').equals(bytes), 'also bytes');
});

test('the same value never looks the same twice, and never shows through', async (t) => {
  const vault = createVault([makeKey('aaaaaaaa')]);
  const [one, two] = [vault.seal('a secret', 'x'), vault.seal('a secret', 'x')];
  t.notOk(one.equals(two));
  t.notOk(one.includes('secret'));
});

test('a value does not open when any byte of it was changed', async (t) => {
  const vault = createVault([makeKey('aaaaaaaa')]);
  const sealed = vault.seal('a secret', 'x');
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    t.throws(() => vault.open(changed, 'x'), `byte ${index}`);
    if (index > 2) t.throws(() => vault.open(sealed.subarray(0, index), 'x'), `cut after ${index}`);
  }
});

test('the newest key seals, older ones open, and values move to the newest', async (t) => {
  const [old, fresh] = [makeKey('aaaaaaaa'), makeKey('bbbbbbbb')];
  const before = createVault([old]).seal('a secret', 'x');
  const vault = createVault([old, fresh]);
  t.equal(vault.keyIdOf(vault.seal('a secret', 'x')), fresh.id);
  t.equal(vault.open(before, 'x').toString(), 'a secret');
  t.equal(vault.keyIdOf(before), old.id);
  const moved = vault.rewrap(before, 'x');
  t.equal(vault.keyIdOf(moved), fresh.id);
  t.equal(createVault([fresh]).open(moved, 'x').toString(), 'a secret', 'without the old key');
  t.throws(() => createVault([fresh]).open(before, 'x'), /master key aaaaaaaa is not in the key file/);
  t.throws(() => vault.rewrap(before, 'y'), /does not open/, 'not under another context');
  t.throws(() => createVault([]), /at least one/);
});
