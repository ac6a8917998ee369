// A superuser restores; then the owner migrates and a worker works, as they did on the server that was lost.
import { join } from 'node:path';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { restoreBackup } from '../../services/backup/restore-backup.ts';
import { writeBackup } from '../../services/backup/write-backup.ts';
import { runtimeLogins } from '../../services/store/logins.ts';
import { migrate } from '../../services/store/migrate.ts';
import { openStateAccess } from '../../services/store/state-access.ts';
import { openStore, type Store } from '../../services/store/open-store.ts';
import { createProject } from '../../services/store/projects.ts';
import { getOrCreateStack } from '../../services/store/stacks.ts';
import { ensureMasterKeys } from '../../services/vault/master-keys.ts';
import { createVault, type Vault } from '../../services/vault/vault.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase, withDatabase } from '../helpers/postgres.ts';
import { addCluster, addOperation, claim, leaseOf } from '../store/fixtures.ts';

const quiet = { onProgress: () => undefined };

/** A server's database that a worker may log in to once the owner has migrated it. */
async function openServer(t: Test, vault: Vault) {
  const { url, migration, adminUrl, name } = await createTestDatabase(t, { migrated: false });
  const stateDatabase = `${name}_state`;
  t.teardown(async () => {
    const admin = postgres(withDatabase(adminUrl, 'postgres'), { max: 1, onnotice: () => undefined });
    await admin`drop database if exists ${admin(stateDatabase)} with (force)`;
    await admin.end();
  });
  const open = async (): Promise<Store> => {
    const store = await openStore({ url, applicationName: 'test', vault });
    t.teardown(() => store.close(1));
    return store;
  };
  const migrateAsOwner = () => migrate({ ...migration, vault, stateDatabase });
  return { url, adminUrl, stateDatabase, open, migrateAsOwner };
}

/** Does with the login of a lease what the engine does, and says whose the table of the state is. */
async function useState(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<string | undefined> {
  const plain = new URL(url);
  const connection = Object.fromEntries(plain.searchParams);
  plain.search = '';
  const sql = postgres(plain.href, { max: 1, onnotice: () => undefined, connection });
  try {
    await work(sql);
    const [row] = await sql<{ owner: string }[]>`
      select pg_get_userbyid(relowner)::text as owner from pg_class where oid = 'pulumi_state'::regclass
    `;
    return row?.owner;
  } finally {
    await sql.end();
  }
}

test('What a superuser restored belongs to whom it belonged to before', async (t) => {
  const directory = await createTestDirectory(t);
  const [keys, path] = [await ensureMasterKeys(join(directory, 'master.key')), join(directory, 'it.backup')];
  const vault = createVault(keys);
  const before = await openServer(t, vault);
  await before.migrateAsOwner();
  const source = await before.open();
  const { id: projectId } = await source.asSystem((tx) => createProject(tx, { name: 'first' }));
  const { cluster, operation } = await source.asProject(projectId, async (tx) => {
    const cluster = await addCluster(tx, 'one');
    return { cluster, operation: await addOperation(tx, cluster) };
  });
  const stackName = `${cluster.id}-network`;
  const { id: stackId } = await source.asSystem((tx) =>
    getOrCreateStack(tx, { clusterId: cluster.id, layer: 'network', home: 'simulated', name: stackName }),
  );
  const hold = async (store: Store) => ({
    lease: leaseOf(await claim(store, operation.id)),
    projectId,
    stackId,
    stackName,
  });
  const access = await openStateAccess({ url: before.url, store: source });
  await access.open(await hold(source), (url) =>
    useState(url, async (sql) => {
      await sql`create table pulumi_state (key text primary key, data json not null, updated_at timestamptz not null default now())`;
      await sql`insert into pulumi_state (key, data) values ('a', '{}')`;
    }).then(() => undefined),
  );
  await writeBackup({ url: before.adminUrl, keys, path, ...quiet });

  const after = await openServer(t, vault);
  await restoreBackup({ url: after.adminUrl, stateDatabase: after.stateDatabase, runtimeLogins, keys, path, ...quiet });
  t.match(await after.migrateAsOwner(), { applied: [] }, 'the owner migrates');
  const admin = postgres(after.adminUrl, { max: 1 });
  t.same(
    await admin`
      select made.name from pg_database d, lateral (
        select relname::text as name, relowner as owner from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'
        union all
        select p.proname::text, p.proowner from pg_proc p where p.pronamespace = 'public'::regnamespace
          and not exists (select 1 from pg_depend where objid = p.oid and deptype = 'e')
      ) made
      where d.datname = current_database() and made.owner <> d.datdba
    `,
    [],
    'tables and functions are the owner’s, so that the next release can change them and none has a superuser’s rights',
  );
  await admin.end();
  const store = await after.open();
  const restored = await openStateAccess({ url: after.url, store });
  const { url } = await restored.open(await hold(store), () => Promise.reject(new Error('the table is there')));
  const owner = await useState(url, async (sql) => {
    t.same(await sql`select key from pulumi_state`, [{ key: 'a' }], 'an engine finds its state');
    await sql`insert into pulumi_state (key, data) values ('b', '{}')`;
  });
  t.equal(owner, `${after.stateDatabase}_${projectId}`, 'which is of the role of its project');
});
