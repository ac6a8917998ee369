import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { ensureMasterKeys, readMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';

test('the key file is made once, whoever comes first, for its owner alone', async (t) => {
  const directory = await createTestDirectory(t);
  const path = join(directory, 'deep', 'master.key');
  const results = await Promise.all(Array.from({ length: 20 }, () => ensureMasterKeys(path)));
  for (const keys of results) t.same(keys, results[0]);
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.same(await readdir(join(directory, 'deep')), ['master.key'], 'no draft is left');
  t.match(results[0], [{ id: /^[0-9a-f]{8}$/ }]);
});

test('a key that is added seals from then on', async (t) => {
  const path = join(await createTestDirectory(t), 'master.key');
  const [first] = await ensureMasterKeys(path);
  const sealed = (await openVault(path)).seal('a secret', 'x');
  const other = `${path}.other`;
  await ensureMasterKeys(other);
  await writeFile(path, `${await readFile(path, 'utf8')}${await readFile(other, 'utf8')}`);
  const keys = await readMasterKeys(path);
  t.equal(keys.length, 2);
  t.same(keys[0], first);
  const vault = await openVault(path);
  t.equal(vault.open(sealed, 'x').toString(), 'a secret');
  t.equal(vault.keyIdOf(vault.seal('a secret', 'x')), keys[1]?.id);
  t.equal((await stat(path)).mode & 0o777, 0o600);
});

test('a key file is refused that others may read, that is broken, or that names a key twice', async (t) => {
  const path = join(await createTestDirectory(t), 'master.key');
  await ensureMasterKeys(path);
  const text = await readFile(path, 'utf8');
  await chmod(path, 0o640);
  await t.rejects(readMasterKeys(path), /chmod 600/);
  await chmod(path, 0o600);
  await writeFile(path, `# a comment\n${text}${text}`);
  await t.rejects(readMasterKeys(path), /twice/);
  await writeFile(path, `${text}not a key at all\n`);
  await t.rejects(readMasterKeys(path), {
    message: /^line 2 of the master key file [^ ]+ is not an id and a base64 key of 32 bytes$/,
  });
  await writeFile(path, '\n# nothing\n');
  await t.rejects(readMasterKeys(path), /holds no key/);
  await t.rejects(readMasterKeys(`${path}.missing`), { code: 'ENOENT' });
});
