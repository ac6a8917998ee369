// Hardening 12: whoever does the work logs in as somebody who could not pass the rows' security, and nobody else gets in.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { test } from 'tap';
import { findLoginFaults } from '../../services/store/check-login.ts';
import { prepareLogins } from '../../services/store/logins.ts';
import { openStore } from '../../services/store/open-store.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase, withDatabase } from '../helpers/postgres.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { createTestVault } from './fixtures.ts';

const mainOf = (name: string): string => fileURLToPath(new URL(`../../services/${name}/main.ts`, import.meta.url));

test('hardening 12: the service refuses to start as a superuser or as the owner', async (t) => {
  const { adminUrl, migration, url } = await createTestDatabase(t);
  const directory = await createTestDirectory(t);
  await ensureMasterKeys(join(directory, 'master.key'));
  const redis = createTestRedis(t);
  for (const [login, fault] of [
    [adminUrl, /the user postgres of DATABASE_URL is a superuser.*FLEETYARD_MIGRATION_URL/],
    [migration.url, /the user fleetyard_owner of DATABASE_URL owns the tables/],
  ] as const) {
    for (const main of ['api', 'worker']) {
      const env = {
        PATH: process.env['PATH'],
        DATABASE_URL: login,
        REDIS_URL: redis.url,
        FLEETYARD_DATA_DIR: directory,
        FLEETYARD_PORT: '0',
      };
      const started = promisify(execFile)(process.execPath, [mainOf(main)], { env });
      await t.rejects(started, { code: 2, stderr: fault }, main);
    }
    await t.rejects(openStore({ url: login, applicationName: 'test', vault: createTestVault() }), { message: fault });
  }
  t.same(await findLoginFaults(url), []);
});

test('hardening 12: each way round the rows is told, with its mend', async (t) => {
  const { adminUrl, url, name } = await createTestDatabase(t);
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  const [user, strong] = [`${name}-login`, `${name}_strong`];
  const password = randomBytes(9).toString('hex');
  await admin.unsafe(`create role "${user}" login bypassrls password '${password}'; create role ${strong} bypassrls`);
  await admin.unsafe(`grant ${strong}, fleetyard_owner to "${user}"`);
  t.teardown(async () => {
    await admin.unsafe(`drop role "${user}"; drop role ${strong}`);
    await admin.end();
  });
  const login = Object.assign(new URL(url), { username: user, password }).href;
  const faults = await findLoginFaults(login);
  t.equal(faults.length, 3);
  for (const fault of faults) {
    const [mend] = /(ALTER ROLE|REVOKE).*;$/.exec(fault) ?? [];
    await admin.unsafe(mend ?? 'no mend');
  }
  t.same(await findLoginFaults(login), [], 'what it names mends it');
});

test('hardening 12: what an earlier release made as the superuser is handed over', async (t) => {
  const { adminUrl, name } = await createTestDatabase(t, { migrated: false });
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  const state = `${name}_state`;
  await admin.unsafe(`create table old (id int); create role ${state} login; create role ${state}_pr_1 nologin`);
  t.teardown(async () => {
    await admin.unsafe(`drop role ${state}; drop role ${state}_pr_1`);
    await admin.end();
  });
  const first = await prepareLogins(adminUrl, state);
  t.same(await prepareLogins(adminUrl, state), first, 'twice is the same');
  t.match(
    await admin`
      select pg_get_userbyid(relowner)::text as owner,
        pg_has_role('fleetyard_owner', ${state}, 'member with admin option') as lends,
        pg_has_role('fleetyard_worker', ${`${state}_pr_1`}, 'member with admin option') as writes
      from pg_class where oid = 'old'::regclass`,
    [{ owner: 'fleetyard_owner', lends: true, writes: true }],
  );
  const worker = postgres(withDatabase(first.worker, name), { max: 1 });
  t.match(await worker`select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user`, [
    { rolsuper: false, rolbypassrls: false, rolcreaterole: true },
  ]);
  await t.rejects(worker`alter table old add column mine int`, /must be owner/);
  await worker.end();
});
