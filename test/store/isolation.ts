import postgres from 'postgres';
import { test } from 'tap';
import { checkIsolation } from '../../services/store/check-isolation.ts';
import { findCluster, listClusters, updateCluster } from '../../services/store/clusters.ts';
import { appendEvent, listEvents } from '../../services/store/events.ts';
import { openStore } from '../../services/store/open-store.ts';
import { findOperation } from '../../services/store/operations.ts';
import { findProject, listProjects } from '../../services/store/projects.ts';
import { addCluster, addFleet, addOperation, buildSpec, openTestStore } from './fixtures.ts';

test('a project sees its own rows and no other', async (t) => {
  const { store, work, otherProjectId } = await openTestStore(t);
  const { cluster, operation } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return { cluster, operation: await addOperation(tx, cluster) };
  });
  await store.asProject(otherProjectId, async (tx) => {
    t.equal(await findCluster(tx, cluster.id), undefined);
    t.equal(await findCluster(tx, 'alpha'), undefined);
    t.same((await listClusters(tx, { limit: 10 })).items, []);
    t.equal(await findOperation(tx, operation.id), undefined);
    t.same(await listEvents(tx, { operationId: operation.id }), []);
    t.match((await listProjects(tx, { limit: 10 })).items, [{ name: 'second' }]);
    t.equal(await findProject(tx, 'first'), undefined);
    t.equal((await tx.sql`select 1 from clusters`).length, 0, 'also when a query forgets to ask');
    t.equal((await tx.sql`update clusters set name = 'stolen'`).count, 0);
  });
  await t.rejects(
    store.asProject(otherProjectId, (tx) => updateCluster(tx, cluster.id, { spec: buildSpec('alpha') })),
    { code: 'not-found' },
  );
  await t.rejects(
    store.asProject(otherProjectId, (tx) => appendEvent(tx, { operationId: operation.id, type: 'x', data: {} })),
    { code: 'not-found' },
  );
  t.match(await work((tx) => findCluster(tx, 'alpha')), { id: cluster.id });
  t.equal((await store.asSystem((tx) => listClusters(tx, { limit: 10 }))).items.length, 1, 'the system sees all');
});

test('a project can neither write into another nor point at its rows', async (t) => {
  const { store, work, projectId, otherProjectId } = await openTestStore(t);
  const fleet = await work((tx) => addFleet(tx, 'fleet'));
  await t.rejects(
    store.asProject(
      otherProjectId,
      (tx) => tx.sql`insert into address_spaces (id, project_id, name, pools) values ('as_1', ${projectId}, 'x', '{}')`,
    ),
    /row-level security/,
  );
  await t.rejects(
    store.asProject(otherProjectId, (tx) => addCluster(tx, 'alpha', fleet.id)),
    /violates foreign key constraint "clusters_project_id_fleet_id_fkey"/,
  );
});

test('names are free in every project', async (t) => {
  const { store, work, otherProjectId } = await openTestStore(t);
  await work((tx) => addCluster(tx, 'alpha'));
  await store.asProject(otherProjectId, (tx) => addCluster(tx, 'alpha'));
  await t.rejects(
    work((tx) => addCluster(tx, 'alpha')),
    { code: 'name-taken', details: [{ pointer: '/name', code: 'name-taken' }] },
  );
});

test('what the service keeps for itself is closed to projects', async (t) => {
  const { work } = await openTestStore(t);
  for (const table of ['settings', 'idempotency_keys', 'schema_migrations']) {
    await t.rejects(
      work((tx) => tx.sql`select 1 from ${tx.sql(table)}`),
      /permission denied/,
      table,
    );
  }
  await t.rejects(
    work((tx) => tx.sql`insert into projects (id, name) values ('pr_x', 'x')`),
    /permission denied/,
  );
  await t.rejects(
    work((tx) => tx.sql`delete from clusters`),
    /permission denied/,
    'tombstones stay',
  );
});

test('nothing of one unit of work reaches the next on the same connection', async (t) => {
  const { store, url, vault, projectId } = await openTestStore(t);
  const single = await openStore({ url, applicationName: 'test', vault, max: 1 });
  t.teardown(() => single.close(1));
  await store.asProject(projectId, (tx) => addCluster(tx, 'alpha'));
  await single.asProject(projectId, (tx) => tx.sql`select 1`);
  await t.rejects(
    single.asProject(projectId, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  const seen = await single.asProject('', (tx) => tx.sql`select name from clusters`);
  t.same(seen, [], 'no project sees nothing');
});

test('a deadlock runs the work again', async (t) => {
  const { store, work } = await openTestStore(t);
  const [a, b] = await work(async (tx) => [await addCluster(tx, 'a'), await addCluster(tx, 'b')]);
  const { promise: bothHold, resolve: release } = Promise.withResolvers<void>();
  let holding = 0;
  let runs = 0;
  const swap = (first: string, second: string) =>
    store.asSystem(async (tx) => {
      runs += 1;
      await tx.sql`update clusters set protect = true where id = ${first}`;
      holding += 1;
      if (holding === 2) release();
      await bothHold;
      await tx.sql`update clusters set protect = true where id = ${second}`;
    });
  await Promise.all([swap(a.id, b.id), swap(b.id, a.id)]);
  t.equal(runs, 3);
});

test('a store does not open when projects would not be kept apart', async (t) => {
  const { url, adminUrl, vault } = await openTestStore(t);
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 1 }));
  const rollBack = new Error('roll back');
  /** Tries a change that the rest of the server never sees. */
  const checkAfter = async (change: string): Promise<string> => {
    let message = 'nothing was said';
    await sql
      .begin(async (transaction) => {
        await transaction.unsafe(change);
        await checkIsolation(transaction).catch((error: Error) => (message = error.message));
        throw rollBack;
      })
      .catch((error: unknown) => {
        if (error !== rollBack) throw error;
      });
    return message;
  };
  t.match(await checkAfter('alter role fleetyard_app bypassrls'), /fleetyard_app has bypassrls/);
  t.match(await checkAfter('alter role fleetyard_app superuser'), /fleetyard_app is a superuser/);
  t.match(await checkAfter('alter role fleetyard_app login'), /fleetyard_app can log in/);
  t.match(await checkAfter('grant fleetyard_system to fleetyard_app'), /member of fleetyard_system/);
  t.match(await checkAfter('create role fy_test bypassrls; grant fy_test to fleetyard_app'), /fy_test, which bypasses/);
  t.match(await checkAfter('alter table clusters no force row level security'), /table clusters does not force/);
  t.match(await checkAfter('alter table events disable row level security'), /table events does not force/);
  t.equal(await checkAfter('select 1'), 'nothing was said');
  await sql`alter table clusters no force row level security`;
  await t.rejects(openStore({ url, applicationName: 'test', vault }), /does not keep projects apart/);
});
