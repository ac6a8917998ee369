// The line of a resource: who goes first is counted under its lock.
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { test } from 'tap';
import { newId } from '../../services/domain/ids.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getCluster } from '../../services/store/clusters.ts';
import { claimOperation, listLostJobs } from '../../services/store/leases.ts';
import { migrate } from '../../services/store/migrate.ts';
import { listLatestOperations, getOperation } from '../../services/store/operations.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import {
  addCluster,
  addOperation,
  claim,
  createTestVault,
  leaseOf,
  openTestStore,
  type TestStore,
} from './fixtures.ts';

/** A create, and an update by an API whose clock is behind: its id is the older one. */
async function addSkewed({ work }: TestStore) {
  return work(async (tx) => {
    const early = newId('op');
    const cluster = await addCluster(tx, 'alpha');
    const create = await addOperation(tx, cluster, 'create');
    const update = await insertOperation(tx, {
      ...{ id: early, resourceKind: 'cluster', resourceId: cluster.id, kind: 'update', generation: 1 },
      input: create.input as Parameters<typeof insertOperation>[1]['input'],
      steps: [],
    });
    return { cluster, create, update };
  });
}

test('finding 16: an update whose id is older than its create runs after it', async (t) => {
  const test = await openTestStore(t);
  const { store, work, takeSignals } = test;
  const { cluster, create, update } = await addSkewed(test);
  t.ok(update.id < create.id);
  t.same([create.position, update.position], [1, 2]);
  const claimed = await store.asSystem((tx) => claimOperation(tx, { id: update.id, owner: 'test', leaseSeconds: 60 }));
  t.equal(claimed, undefined, 'it is not its turn');
  t.match(await store.asSystem((tx) => listLostJobs(tx)), [{ operationId: create.id }]);
  t.equal(
    (await work((tx) => listLatestOperations(tx, [cluster.id]))).get(cluster.id)?.id,
    update.id,
    'it is the newest',
  );
  const lease = leaseOf(await claim(store, create.id));
  t.match(await work((tx) => getCluster(tx, 'alpha')), { phase: 'creating' });
  takeSignals();
  const error = { code: 'capacity', message: 'none left' };
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error }));
  t.match(takeSignals(), [{ operationId: update.id }], 'and the next in line');
  await t.rejects(
    work((tx) => retryOperation(tx, create.id)),
    { code: 'conflict', message: /newer/ },
  );
});

test('finding 16: a removal by a slow clock stops what was asked for before it', async (t) => {
  const test = await openTestStore(t);
  const { work } = test;
  const { cluster, create, update } = await addSkewed(test);
  const removal = await work((tx) => addOperation(tx, cluster, 'delete'));
  t.equal(removal.position, 3);
  for (const { id } of [create, update]) t.match(await work((tx) => getOperation(tx, id)), { state: 'cancelled' });
});

test('finding 16: whoever asks at once gets places without gaps or doubles', async (t) => {
  const { work } = await openTestStore(t, { max: 12 });
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const operations = await Promise.all(Array.from({ length: 10 }, () => work((tx) => addOperation(tx, cluster))));
  t.same(
    operations.map(({ position }) => position).toSorted((a, b) => a - b),
    Array.from({ length: 10 }, (_, index) => index + 1),
  );
});

test('finding 16: operations of before line up as they did', async (t) => {
  const { migration, adminUrl } = await createTestDatabase(t, { migrated: false });
  const folder = new URL('../../migrations/', import.meta.url);
  const earlier = await createTestDirectory(t);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  const here = files.findIndex((file) => file.endsWith('add-operation-positions.sql'));
  for (const file of files.slice(0, here)) await copyFile(new URL(file, folder), join(earlier, file));
  const options = { ...migration, vault: createTestVault(), stateDatabase: null };
  await migrate({ ...options, directory: pathToFileURL(`${earlier}/`) });
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  t.teardown(() => sql.end({ timeout: 5 }));
  await sql`insert into projects (id, name) values ('pr_1', 'first')`;
  for (const [id, resource] of [
    ['op_2', 'cl_1'],
    ['op_1', 'cl_1'],
    ['op_3', 'cl_2'],
    ['op_4', 'cl_1'],
  ] as const) {
    await sql`
      insert into operations (id, project_id, resource_kind, resource_id, kind, state, generation, input)
      values (${id}, 'pr_1', 'cluster', ${resource}, 'create', 'succeeded', 1, '{}')
    `;
  }
  await migrate(options);
  t.same(
    (await sql`select id, position from operations order by id`).map(({ id, position }) => [id, position]),
    [
      ['op_1', 1],
      ['op_2', 2],
      ['op_3', 1],
      ['op_4', 3],
    ],
  );
});
