// What a worker says at its start when its database user may not do what engine steps need.
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { test } from 'tap';
import { findStateFaults } from '../../services/store/check-state-access.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStore } from '../../services/store/open-store.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';

const main = fileURLToPath(new URL('../../services/worker/main.ts', import.meta.url));

test('a worker whose database user may not do what engine steps need says so at its start, with the mend', async (t) => {
  const directory = await createTestDirectory(t);
  const masterKeyFile = join(directory, 'master.key');
  await ensureMasterKeys(masterKeyFile);
  const vault = await openVault(masterKeyFile);
  const database = await createTestDatabase(t);
  const stateDatabase = `${database.name}_state`;
  await migrate({ ...database.migration, vault, stateDatabase });
  const admin = postgres(database.adminUrl, { max: 1, onnotice: () => undefined });
  const user = `${database.name}-worker`;
  const project = `${stateDatabase}_pr_1`;
  const password = randomBytes(12).toString('hex');
  await admin.unsafe(`create role "${user}" login password '${password}'`);
  await admin.unsafe(`grant fleetyard_app, fleetyard_system to "${user}"`);
  await admin.unsafe(`create role "${project}" nologin`);
  t.teardown(async () => {
    for (const role of [project, user]) await admin.unsafe(`drop owned by "${role}"; drop role "${role}"`);
    await admin.end();
  });
  const url = new URL(database.url);
  Object.assign(url, { username: user, password });
  const redis = createTestRedis(t);

  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url.href,
      REDIS_URL: redis.url,
      FLEETYARD_QUEUE_PREFIX: redis.prefix,
      FLEETYARD_DATA_DIR: directory,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  t.same(await once(child, 'close'), [2, null]);
  t.match(output, /^the configuration is wrong:\n/, 'as plain text, without a trace');
  const mends = [
    `ALTER ROLE "${user}" CREATEROLE;`,
    `GRANT "${stateDatabase}" TO "${user}";`,
    `GRANT "${project}" TO "${user}" WITH ADMIN OPTION;`,
  ];
  for (const mend of mends) t.ok(output.includes(mend), mend);
  t.notMatch(output, password);

  const store = await openStore({ url: url.href, applicationName: 'test', vault });
  t.teardown(() => store.close(1));
  t.equal((await findStateFaults({ url: url.href, store })).length, mends.length);
  for (const mend of mends) await admin.unsafe(mend);
  t.same(await findStateFaults({ url: url.href, store }), [], 'what it names mends it');
  t.same(await findStateFaults({ url: database.adminUrl, store }), [], 'a superuser lacks nothing');
});
