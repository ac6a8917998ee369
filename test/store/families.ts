import { test } from 'tap';
import type { Outcome } from '../../services/store/settle-operation.ts';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { findFleet, getFleet } from '../../services/store/fleets.ts';
import { getCluster } from '../../services/store/clusters.ts';
import { getOperation, listChildren } from '../../services/store/operations.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import { expireLeases } from '../../services/store/leases.ts';
import { finishOperation, waitForChildren } from '../../services/store/settle-operation.ts';
import type { Store } from '../../services/store/open-store.ts';
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

async function addFamily({ work }: TestStore, names: string[]) {
  return work(async (tx) => {
    const fleet = await addFleet(tx, 'fleet');
    const parent = await addFleetOperation(tx, fleet);
    const children: string[] = [];
    for (const name of names) {
      const cluster = await addCluster(tx, name, fleet.id);
      children.push((await addOperation(tx, cluster, 'create', parent.id)).id);
    }
    return { fleet, parent, children };
  });
}

async function wait(store: Store, id: string) {
  const lease = leaseOf(await claim(store, id));
  return store.asSystem((tx) => waitForChildren(tx, lease));
}

async function finish(store: Store, id: string, outcome: Outcome) {
  const lease = leaseOf(await claim(store, id));
  const error = outcome === 'failed' ? { code: 'capacity', message: 'none left' } : null;
  return store.asSystem((tx) => finishOperation(tx, { ...lease, outcome, error }));
}

test('a fleet waits without a lease and ends with its last child', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { fleet, parent, children } = await addFamily(test, ['a', 'b', 'c']);
  t.match(await wait(store, parent.id), { state: 'waiting', leaseOwner: null, leaseUntil: null });
  const [a = '', b = '', c = ''] = children;
  await finish(store, a, 'succeeded');
  await finish(store, b, 'succeeded');
  t.match(await work((tx) => getFleet(tx, fleet.id)), { phase: 'creating', observedGeneration: 0 });
  await finish(store, c, 'succeeded');
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'succeeded' });
  t.match(await work((tx) => getFleet(tx, fleet.id)), { phase: 'ready', observedGeneration: 1 });
});

test('children that end at the same time end their parent once', async (t) => {
  const test = await openTestStore(t, { max: 12 });
  const { store, work } = test;
  const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
  const { parent, children } = await addFamily(test, names);
  await wait(store, parent.id);
  const leases = [];
  for (const id of children) leases.push(leaseOf(await claim(store, id)));
  await Promise.all(
    leases.map((lease) => store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }))),
  );
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'succeeded' });
});

test('children that end before their parent was claimed end it when it comes to wait', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { parent, children } = await addFamily(test, ['a']);
  await finish(store, children[0] ?? '', 'succeeded');
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'queued' });
  t.match(await wait(store, parent.id), { state: 'succeeded' });
});

test('a parent without children succeeds at once', async (t) => {
  const test = await openTestStore(t);
  const { parent } = await addFamily(test, []);
  t.match(await wait(test.store, parent.id), { state: 'succeeded' });
});

test('a failed child fails the fleet with its name, the others stay ready, and a retry of the child heals both', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { fleet, parent, children } = await addFamily(test, ['good', 'bad']);
  const [good = '', bad = ''] = children;
  await wait(store, parent.id);
  await finish(store, good, 'succeeded');
  await finish(store, bad, 'failed');
  const failed = await work((tx) => getOperation(tx, parent.id));
  t.match(failed, {
    state: 'failed',
    error: { code: 'children-failed', children: [{ operation: bad, state: 'failed' }] },
  });
  t.match(await work((tx) => getCluster(tx, 'good')), { phase: 'ready' });
  t.match(await work((tx) => getCluster(tx, 'bad')), { phase: 'failed' });
  t.match(await work((tx) => getFleet(tx, fleet.id)), { phase: 'failed' });

  test.takeSignals();
  await work((tx) => retryOperation(tx, bad));
  t.same(test.takeSignals(), [
    { operationId: bad, attempt: 2 },
    { operationId: parent.id, attempt: 2 },
  ]);
  await wait(store, parent.id);
  await finish(store, bad, 'succeeded');
  t.match(await work((tx) => getFleet(tx, fleet.id)), { phase: 'ready', observedGeneration: 1 });
});

test('a retry of the fleet takes its failed children along and leaves the others alone', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { parent, children } = await addFamily(test, ['good', 'bad', 'worse']);
  const [good = '', bad = '', worse = ''] = children;
  await wait(store, parent.id);
  await finish(store, good, 'succeeded');
  await finish(store, bad, 'failed');
  await finish(store, worse, 'needs_attention');
  test.takeSignals();
  await work((tx) => retryOperation(tx, parent.id));
  t.same(
    test.takeSignals(),
    [parent.id, bad, worse].map((operationId) => ({ operationId, attempt: 2 })),
  );
  t.match(await work((tx) => listChildren(tx, parent.id)), [
    { state: 'succeeded', attempt: 1 },
    { state: 'queued', attempt: 2 },
    { state: 'queued', attempt: 2 },
  ]);
});

test('a cancelled fleet cancels its children and ends with the last of them', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { parent, children } = await addFamily(test, ['done', 'running', 'queued']);
  const [done = '', running = '', queued = ''] = children;
  await wait(store, parent.id);
  await finish(store, done, 'succeeded');
  const lease = leaseOf(await claim(store, running));
  t.match(await work((tx) => requestCancel(tx, parent.id)), { state: 'cancelling' });
  t.match(await work((tx) => getOperation(tx, running)), { state: 'cancelling' });
  t.match(await work((tx) => getOperation(tx, queued)), { state: 'cancelled' });
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'cancelling' });
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' }));
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'cancelled' });
});

test('a fleet whose clusters were deleted is a tombstone', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { fleet, parent, children } = await addFamily(test, ['a']);
  await wait(store, parent.id);
  await finish(store, children[0] ?? '', 'succeeded');
  const removal = await work(async (tx) => {
    const operation = await addFleetOperation(tx, fleet, 'delete');
    return { operation, child: await addOperation(tx, await getCluster(tx, 'a'), 'delete', operation.id) };
  });
  await wait(store, removal.operation.id);
  await finish(store, removal.child.id, 'succeeded');
  t.equal(await work((tx) => findFleet(tx, 'fleet')), undefined);
  t.match(await work((tx) => findFleet(tx, fleet.id, { includeDeleted: true })), { phase: 'deleted' });
});

test('finding 17: a fleet that is cancelled between its claim and its wait ends after its children', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { parent, children } = await addFamily(test, ['a', 'b']);
  const [a = '', b = ''] = children;
  const child = leaseOf(await claim(store, a));
  const lease = leaseOf(await claim(store, parent.id));
  await work((tx) => requestCancel(tx, parent.id));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' }));
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'cancelling', leaseUntil: null });
  t.match(await work((tx) => getOperation(tx, b)), { state: 'cancelled' });
  await store.asSystem((tx) => finishOperation(tx, { ...child, outcome: 'cancelled' }));
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'cancelled' });
  await t.rejects(
    store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' })),
    { code: 'lease-lost' },
    'and whoever held it writes nothing any more',
  );
});

test('finding 17: a fleet that is cancelled before its turn ends after the children that began already', async (t) => {
  const test = await openTestStore(t);
  const { store, work } = test;
  const { parent, children } = await addFamily(test, ['a']);
  const child = leaseOf(await claim(store, children[0] ?? ''));
  const asked = await work((tx) => requestCancel(tx, parent.id));
  t.match(asked, { state: 'queued', cancelRequestedAt: Date });
  t.match(await wait(store, parent.id), { state: 'cancelling' });
  await store.asSystem((tx) => finishOperation(tx, { ...child, outcome: 'cancelled' }));
  t.match(await work((tx) => getOperation(tx, parent.id)), { state: 'cancelled' });
});

test('finding 10: a fleet operation that another one took the place of hands over what it waited for', async (t) => {
  const states = ['queued', 'running', 'waiting', 'interrupted'] as const;
  for (const state of states) {
    const test = await openTestStore(t);
    const { store, work } = test;
    const { fleet, parent, children } = await addFamily(test, ['a']);
    const [a = ''] = children;
    if (state === 'waiting') await wait(store, parent.id);
    const lease =
      state === 'running' || state === 'interrupted'
        ? leaseOf(await claim(store, parent.id, state === 'running' ? 60 : 0))
        : undefined;
    if (state === 'interrupted') await store.asSystem((tx) => expireLeases(tx));
    const next = await work((tx) => addFleetOperation(tx, fleet, 'update'));
    t.equal((await work((tx) => getOperation(tx, a))).parentId, next.id, state);
    t.match(await work((tx) => getOperation(tx, a)), { state: 'queued' }, 'which goes on');
    if (state === 'running' && lease !== undefined)
      await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' }));
    if (state === 'interrupted') {
      const late = leaseOf(await claim(store, parent.id));
      await store.asSystem((tx) => finishOperation(tx, { ...late, outcome: 'cancelled' }));
    }
    t.match(await work((tx) => getOperation(tx, parent.id)), {
      state: 'cancelled',
      error: { code: 'superseded', by: next.id },
    });
    await wait(store, next.id);
    await finish(store, a, 'failed');
    t.match(await work((tx) => getOperation(tx, next.id)), { state: 'failed' });
    t.match(await work((tx) => getFleet(tx, fleet.id)), { phase: 'failed' });
  }
});
