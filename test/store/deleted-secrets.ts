import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { test } from 'tap';
import { migrate } from '../../services/store/migrate.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { createTestVault } from './fixtures.ts';

test('hardening 10: secrets of credentials that were deleted before go as well', async (t) => {
  const { migration, adminUrl } = await createTestDatabase(t, { migrated: false });
  const folder = new URL('../../migrations/', import.meta.url);
  const earlier = await createTestDirectory(t);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  const here = files.findIndex((file) => file.endsWith('identity-and-keys.sql'));
  for (const file of files.slice(0, here)) await copyFile(new URL(file, folder), join(earlier, file));
  const options = { ...migration, vault: createTestVault(), stateDatabase: null };
  await migrate({ ...options, directory: pathToFileURL(`${earlier}/`) });
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 5 }));
  await sql`insert into projects (id, name) values ('pr_1', 'first')`;
  await sql`
    insert into credentials (id, project_id, name, provider, simulated, secret_enc, deleted_at)
    values ('cr_1', 'pr_1', 'kept', 'aws', true, 'x', null), ('cr_2', 'pr_1', 'gone', 'aws', true, 'x', now()),
      ('cr_3', 'pr_1', 'used', 'aws', true, 'x', now())
  `;
  await sql`
    insert into clusters (id, project_id, name, provider, simulated, credential_id, spec)
    values ('cl_1', 'pr_1', 'one', 'eks', true, 'cr_3', '{}')
  `;
  await migrate(options);
  t.same(await sql`select id, secret_enc is null as erased from credentials order by id`, [
    { id: 'cr_1', erased: false },
    { id: 'cr_2', erased: true },
    { id: 'cr_3', erased: false },
  ]);
});
