// The line of a resource: who goes first is counted under its lock.
import { test } from 'tap';
import { newId } from '../../services/domain/ids.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getCluster } from '../../services/store/clusters.ts';
import { claimOperation, listLostJobs } from '../../services/store/leases.ts';
import { findLatestOperation, getOperation } from '../../services/store/operations.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore, type TestStore } from './fixtures.ts';

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
  t.equal((await work((tx) => findLatestOperation(tx, cluster.id)))?.id, update.id, 'it is the newest');
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
