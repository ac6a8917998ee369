// What is forgotten after its time, and what never is.
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { listEvents } from '../../services/store/events.ts';
import { findOperation, listOperations } from '../../services/store/operations.ts';
import { deleteOldOperations, deleteOldSnapshots } from '../../services/store/retention.ts';
import { refreshPhase } from '../../services/store/resources.ts';
import { finishOperation, waitForChildren } from '../../services/store/settle-operation.ts';
import { getOrCreateStack, saveSnapshot } from '../../services/store/stacks.ts';
import { pruneStateHistory } from '../../services/store/state-history.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import {
  addCluster,
  addFleet,
  addFleetOperation,
  addOperation,
  claim,
  leaseOf,
  openTestStore,
  type TestStore,
} from './fixtures.ts';

async function openAged(t: Test) {
  const fixture = await openTestStore(t);
  const sql = postgres(fixture.adminUrl, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  return {
    ...fixture,
    sql,
    age: (days: number) => sql`
      update operations set finished_at = finished_at - make_interval(days => ${days}) where finished_at is not null
    `,
    forget: (keeping: { days: number; kept: number; limit?: number }) =>
      fixture.store.asSystem((tx) => deleteOldOperations(tx, keeping)),
    listIds: async () =>
      (await fixture.store.asSystem((tx) => listOperations(tx, { limit: 100 }))).items.map(({ id }) => id),
  };
}

async function succeed({ store }: Pick<TestStore, 'store'>, id: string): Promise<void> {
  const lease = leaseOf(await claim(store, id));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
}

test('21: old operations go with their steps and events; the newest and the one that created a living resource stay', async (t) => {
  const { store, work, sql, age, forget, listIds } = await openAged(t);
  const cluster = await work((tx) => addCluster(tx, 'one'));
  const ids: string[] = [];
  for (const kind of ['create', 'update', 'update', 'update', 'update'] as const) {
    const { id } = await work((tx) => addOperation(tx, cluster, kind));
    await succeed({ store }, id);
    ids.push(id);
  }
  await age(10);
  t.equal(await forget({ days: 11, kept: 1 }), 0, 'not before their time');
  t.equal(await forget({ days: 9, kept: 2, limit: 1 }), 1, 'in batches');
  t.equal(await forget({ days: 9, kept: 2 }), 1);
  t.equal(await forget({ days: 9, kept: 2 }), 0);
  t.same(await listIds(), [ids[0], ids[3], ids[4]]);
  t.same(await store.asSystem((tx) => listEvents(tx, { operationId: ids[1] ?? '' })), []);
  t.equal((await sql`select 1 from steps where operation_id = ${ids[1] ?? ''}`).length, 0);
  const removal = await work((tx) => addOperation(tx, cluster, 'delete'));
  await succeed({ store }, removal.id);
  await age(10);
  t.equal(await forget({ days: 9, kept: 2 }), 4, 'a tombstone keeps none');
});

test('21: a parent and its children are forgotten together, and nothing that is under way', async (t) => {
  const { store, work, age, forget, listIds } = await openAged(t);
  const { parent, children } = await work(async (tx) => {
    const fleet = await addFleet(tx, 'fleet');
    const parent = await addFleetOperation(tx, fleet, 'update');
    const children = [];
    for (const name of ['a', 'b']) {
      children.push(await addOperation(tx, await addCluster(tx, name, fleet.id), 'update', parent.id));
    }
    return { parent, children };
  });
  const lease = leaseOf(await claim(store, parent.id));
  await store.asSystem((tx) => waitForChildren(tx, lease));
  await succeed({ store }, children[0]?.id ?? '');
  await age(10);
  t.equal(await forget({ days: 9, kept: 0 }), 0, 'a child stays while its parent waits');
  await succeed({ store }, children[1]?.id ?? '');
  await age(10);
  t.equal(await forget({ days: 9, kept: 0 }), 2, 'children first');
  t.same(await listIds(), [parent.id]);
  t.equal(await forget({ days: 9, kept: 0 }), 1, 'then the parent');
});

test('21: the last safety copy of a stack stays, however old it and its operation are', async (t) => {
  const { store, work, sql, age, forget } = await openAged(t);
  const cluster = await work((tx) => addCluster(tx, 'one'));
  const operation = await work((tx) => addOperation(tx, cluster, 'update'));
  const lease = leaseOf(await claim(store, operation.id));
  const stackId = await store.asSystem(async (tx) => {
    const wanted = { clusterId: cluster.id, layer: 'network', home: 'simulated', name: 'network' } as const;
    const { id } = await getOrCreateStack(tx, wanted);
    for (const serial of [1, 2, 3]) await saveSnapshot(tx, lease, { stackId: id, deployment: { serial } });
    return id;
  });
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  await sql`update snapshots set taken_at = taken_at - interval '40 days'`;
  await age(400);
  t.equal(await forget({ days: 1, kept: 0 }), 1);
  t.equal(await store.asSystem((tx) => findOperation(tx, operation.id)), undefined);
  t.equal(
    (await sql`select 1 from snapshots where stack_id = ${stackId}`).length,
    3,
    'copies do not go with the operation',
  );
  t.equal(await store.asSystem((tx) => deleteOldSnapshots(tx, { days: 30, kept: 5 })), 2);
  t.equal(await store.asSystem((tx) => deleteOldSnapshots(tx, { days: 0, kept: 0 })), 0);
  t.equal((await sql`select 1 from snapshots where stack_id = ${stackId}`).length, 1);
});

test("21: Pulumi's history is cut by age and count in every schema, and its state never", async (t) => {
  const { stateUrl } = await createTestDatabase(t, { state: true });
  const database = new URL(stateUrl).pathname.slice(1);
  const sql = postgres(stateUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 1 }));
  await sql`create schema pr_1`;
  for (const schema of ['public', 'pr_1']) {
    const table = sql`${sql(schema)}.pulumi_state`;
    // The CLI puts the path of its URL, which is the database, before each file's own; releases before it did not.
    const root = schema === 'pr_1' ? `${database}/` : '';
    await sql`
      create table ${table} (key text primary key, data json not null, updated_at timestamptz not null default now())
    `;
    await sql`insert into ${table} (key, data, updated_at) values (${`${root}.pulumi/stacks/p/one.json`}, '{}', '2001-01-01')`;
    for (const stack of ['one', 'two']) {
      for (let update = 1; update <= 4; update += 1) {
        for (const kind of ['history', 'checkpoint']) {
          await sql`
            insert into ${table} (key, data, updated_at)
            values (${`${root}.pulumi/history/p/${stack}/${stack}-${update}.${kind}.json`}, '{}',
              now() - make_interval(days => ${10 * (5 - update)}))
          `;
        }
      }
    }
  }
  t.equal(await pruneStateHistory(stateUrl, { days: 35, kept: 9 }), 8, 'by age: the first update of each stack');
  t.equal(await pruneStateHistory(stateUrl, { days: 35, kept: 2 }), 8, 'by count');
  t.equal(await pruneStateHistory(stateUrl, { days: 0, kept: 0, limit: 1 }), 2, 'in batches');
  await pruneStateHistory(stateUrl, { days: 0, kept: 0 });
  const rows = await sql<{ key: string }[]>`select key from pr_1.pulumi_state order by key`;
  t.same(
    rows.map(({ key }) => key),
    [
      `${database}/.pulumi/history/p/one/one-4.checkpoint.json`,
      `${database}/.pulumi/history/p/one/one-4.history.json`,
      `${database}/.pulumi/history/p/two/two-4.checkpoint.json`,
      `${database}/.pulumi/history/p/two/two-4.history.json`,
      `${database}/.pulumi/stacks/p/one.json`,
    ],
    'the last update stays',
  );
});

test("20: what an operation's end costs does not grow with siblings and history", async (t) => {
  const { store, work, sql } = await openAged(t);
  const { cluster, parent } = await work(async (tx) => {
    const parent = await addFleetOperation(tx, await addFleet(tx, 'fleet'));
    return { parent, cluster: await addCluster(tx, 'one') };
  });
  await sql`
    insert into operations (id, project_id, resource_kind, resource_id, kind, state, generation, input, parent_id, started_at, position)
    select 'op_' || lpad(n::text, 6, '0'), project_id, 'cluster', ${cluster.id}, 'update', 'succeeded', 1, '{}', id, now(), n
    from operations, generate_series(1, 20000) n where id = ${parent.id}
  `;
  await sql`analyze operations`;
  await work((tx) => addOperation(tx, cluster, 'update', parent.id));
  const lease = leaseOf(await claim(store, parent.id));
  const read = await store.asSystem(async (tx) => {
    await waitForChildren(tx, lease);
    await refreshPhase(tx, { resourceKind: 'cluster', resourceId: cluster.id });
    const [row] = await tx.sql<{ count: string }[]>`
      select seq_tup_read + coalesce(idx_tup_fetch, 0) as count from pg_stat_xact_user_tables where relname = 'operations'
    `;
    return Number(row?.count);
  });
  t.ok(read > 0 && read < 200, `${read} rows were read`);
});
