// Hardening 13: a way in for whoever has the host, when no platform administrator's token works any more.
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { openStore } from '../../services/store/open-store.ts';
import { createToken } from '../../services/store/tokens.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { hashToken } from '../../services/vault/tokens.ts';
import { openVault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

const main = fileURLToPath(new URL('../../services/admin/main.ts', import.meta.url));

test('hardening 13: the command on the host makes a token when all are gone', async (t) => {
  const directory = await createTestDirectory(t);
  await ensureMasterKeys(join(directory, 'master.key'));
  const { url, environment, name } = await createTestDatabase(t, { migrated: false });
  const env = {
    PATH: process.env['PATH'],
    ...environment,
    FLEETYARD_STATE_DATABASE: `${name}_state`,
    FLEETYARD_DATA_DIR: directory,
  };
  const run = (command: string, args: string[] = [], more: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [main, command, ...args], { env: { ...env, ...more } });
  t.match((await run('admin-token', ['--help'])).stdout, /^Usage: npm run admin-token/);
  await t.rejects(run('admin-token'), { code: 1, stderr: /run the migrations first/ });
  await t.rejects(run('migrate', [], { FLEETYARD_MIGRATION_URL: '' }), { code: 2, stderr: /MIGRATION_URL is missing/ });
  t.match((await run('migrate')).stdout, /the schema has version \d+: applied create-projects/);
  t.match((await run('migrate')).stdout, /nothing was to be done/);

  const file = join(directory, 'admin.token');
  const store = await openStore({
    url,
    applicationName: 'test',
    vault: await openVault(join(directory, 'master.key')),
  });
  t.teardown(() => store.close(1));
  const expiresAt = new Date(Date.now() - 1000);
  await store.asSystem((tx) =>
    createToken(tx, { name: 'bootstrap', role: 'platform-admin', hash: hashToken('dead'), expiresAt }),
  );
  await writeFile(file, 'dead\n');
  const { stdout } = await run('admin-token', ['--days', '1']);
  t.match(stdout, /^the token host-\S+ works until \S+; it is in .*admin\.token\n$/);
  const text = (await readFile(file, 'utf8')).trim();
  t.notMatch(stdout, text, 'and shows it nowhere');
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.match(await store.lookUps.findToken(hashToken(text)), {
    live: true,
    role: 'platform-admin',
    madeBy: null,
  });
  const told = await store.asSystem(
    ({ sql }) => sql`select kind, resource_kind, resource_name, project_id from audit_events`,
  );
  t.match(
    told,
    [{ kind: 'change', resourceKind: 'token', resourceName: /^host-/, projectId: null }],
    'hardening 14: it is told',
  );
  await t.rejects(run('admin-token'), { code: 1, stderr: /holds a token that works/ });
  await ensureMasterKeys(join(directory, 'other.key'));
  await t.rejects(
    run('admin-token', ['--file', join(directory, 'x')], { FLEETYARD_MASTER_KEY_FILE: join(directory, 'other.key') }),
    { code: 1, stderr: /is not in the key file/ },
    'nobody gets one without the keys of these data',
  );
});
