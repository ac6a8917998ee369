import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { makeSecrets } from '../../services/secrets/make-secrets.ts';
import { readMasterKeys } from '../../services/vault/master-keys.ts';
import { createTestDirectory } from '../helpers/directory.ts';

const plan = { postgres: 'db:5432/fleetyard', redis: 'queue:6379' };

test('Passwords, the URLs that hold them and a master key, for their owner alone', async (t) => {
  const directory = await createTestDirectory(t);
  const made = await makeSecrets({ directory, ...plan });
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8').trim();
  t.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of made) t.equal(statSync(join(directory, name)).mode & 0o077, 0, name);
  t.match(new URL(read('migration-url')), {
    host: 'db:5432',
    pathname: '/fleetyard',
    password: read('migration-password'),
  });
  t.match(new URL(read('redis-url')), { host: 'queue:6379', password: read('redis-password') });
  t.equal(read('redis.conf'), `requirepass ${read('redis-password')}`);
  t.equal((await readMasterKeys(join(directory, 'master.key'))).length, 1);
  const passwords = made.filter((name) => name.endsWith('password')).map(read);
  t.equal(new Set(passwords).size, 5, 'no two are alike');
  const users = ['migration-url', 'api-url', 'worker-url'].map((name) => new URL(read(name)).username);
  t.same(users, ['fleetyard_owner', 'fleetyard_api', 'fleetyard_worker']);
  t.match(new URL(read('postgres-url')), { username: 'postgres', password: read('postgres-password') });
  const script = readFileSync(new URL('../../toolchain/container/make-logins.sh', import.meta.url), 'utf8');
  for (const user of users) t.match(script, `create role ${user} login `, 'made at the first start');
  for (const password of passwords) t.match(password, /^[0-9a-f]{48}$/);
});

test('What is there stays, and what is made later fits it', async (t) => {
  const directory = await createTestDirectory(t);
  writeFileSync(join(directory, 'redis-password'), 'of-my-own\n', { mode: 0o400 });
  chmodSync(directory, 0o755);
  const made = await makeSecrets({ directory, ...plan });
  t.notOk(made.includes('redis-password'));
  t.equal(readFileSync(join(directory, 'redis-url'), 'utf8'), 'redis://:of-my-own@queue:6379/0\n');
  t.same(await makeSecrets({ directory, ...plan }), [], 'a second time makes nothing');
});

test('As root each file is given to the one user that reads it', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root may give files away');
  const directory = await createTestDirectory(t);
  const made = await makeSecrets({ directory, ...plan, owners: { service: 10_001, servers: 999 } });
  const ownerOf = (name: string): number => statSync(join(directory, name)).uid;
  for (const name of made) {
    const servers = name.endsWith('password') || name === 'redis.conf';
    t.equal(ownerOf(name), servers ? 999 : 10_001, name);
  }
});
