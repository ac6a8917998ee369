import { test } from 'tap';
import { idPrefixes, newId } from '../../services/domain/ids.ts';
import { operationKinds } from '../../services/domain/operation-kinds.ts';
import { operationStates } from '../../services/domain/operation.ts';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { findCluster, getCluster, updateCluster } from '../../services/store/clusters.ts';
import { listEvents } from '../../services/store/events.ts';
import { claimOperation, expireLeases, extendLease } from '../../services/store/leases.ts';
import { moveOperation } from '../../services/store/move-operation.ts';
import { listLatestOperations, getOperation, listOperations } from '../../services/store/operations.ts';
import { requeueOperation, retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { listSteps, recordStep } from '../../services/store/steps.ts';
import { addCluster, addOperation, buildSpec, claim, leaseOf, openTestStore } from './fixtures.ts';

test('an operation goes from queued over running to succeeded, and its resource with it', async (t) => {
  const { store, work } = await openTestStore(t);
  const { cluster, operation } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return { cluster, operation: await addOperation(tx, cluster) };
  });
  const look = () => work((tx) => getCluster(tx, cluster.id));
  t.match(await look(), { phase: 'pending', generation: 1, observedGeneration: 0 });
  const lease = leaseOf(await claim(store, operation.id));
  t.match(await look(), { phase: 'creating' });
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  t.match(await look(), { phase: 'ready', observedGeneration: 1 });
  const done = await work((tx) => getOperation(tx, operation.id));
  t.match(done, { state: 'succeeded', leaseOwner: null, error: null });
  t.ok(done.finishedAt instanceof Date);
  const events = await work((tx) => listEvents(tx, { operationId: operation.id }));
  t.match(
    events.map(({ type, data }) => ({ type, from: data['from'], to: data['to'] })),
    [
      { type: 'state', from: null, to: 'queued' },
      { type: 'state', from: 'queued', to: 'running' },
      { type: 'state', from: 'running', to: 'succeeded' },
    ],
  );
  await t.rejects(
    store.asSystem((tx) => moveOperation(tx, { id: operation.id, to: 'running' })),
    {
      code: 'illegal-transition',
    },
  );
});

test('the operations of a resource are listed as it got them, whatever clock gave them their ids', async (t) => {
  const { store, work } = await openTestStore(t);
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  // The first one came from an API whose clock was ahead.
  const ahead = newId(idPrefixes.operation).replace('_0', '_7');
  const got: string[] = [];
  for (const given of [{ id: ahead }, {}, {}]) {
    const { id } = await work((tx) => addOperation(tx, cluster, 'create', null, given));
    got.push(id);
    const lease = leaseOf(await claim(store, id));
    await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  }
  const list = async (order: 'asc' | 'desc') => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await work((tx) =>
        listOperations(tx, { resourceId: cluster.id, order, limit: 1, ...(cursor ? { cursor } : {}) }),
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return seen;
  };
  t.same(await list('asc'), got);
  t.same(await list('desc'), got.toReversed());
});

test('a move that the map does not have is refused, and a missing operation is named', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  await t.rejects(
    store.asSystem((tx) => moveOperation(tx, { id, to: 'succeeded' })),
    { code: 'illegal-transition' },
  );
  await t.rejects(
    store.asSystem((tx) => moveOperation(tx, { id: 'op_none', to: 'running' })),
    { code: 'not-found' },
  );
});

test('an update takes the place of an update that has not started, and of nothing else', async (t) => {
  const { store, work } = await openTestStore(t);
  const { cluster, create, first } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    const create = await addOperation(tx, cluster);
    return { cluster, create, first: await addOperation(tx, cluster, 'update') };
  });
  const second = await work(async (tx) => {
    const changed = await updateCluster(tx, cluster.id, { spec: buildSpec('alpha') });
    t.equal(changed.generation, 2);
    return addOperation(tx, changed, 'update');
  });
  t.match(await work((tx) => getOperation(tx, first.id)), {
    state: 'cancelled',
    error: { code: 'superseded', by: second.id },
  });
  t.match(await work((tx) => getOperation(tx, create.id)), { state: 'queued' }, 'the create stays');
  const lease = leaseOf(await claim(store, create.id));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  t.match(await work((tx) => getCluster(tx, 'alpha')), { observedGeneration: 1, phase: 'updating' });
  const running = leaseOf(await claim(store, second.id));
  const third = await work((tx) => addOperation(tx, { id: cluster.id, generation: 3 }, 'update'));
  t.match(await work((tx) => getOperation(tx, second.id)), { state: 'running' }, 'what runs goes on');
  await store.asSystem((tx) => finishOperation(tx, { ...running, outcome: 'succeeded' }));
  t.match(await claim(store, third.id), { state: 'running' });
});

test('a delete cancels a running create, queues behind it, and leaves a tombstone', async (t) => {
  const { store, work, takeSignals } = await openTestStore(t);
  const { cluster, create } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return { cluster, create: await addOperation(tx, cluster) };
  });
  const creating = leaseOf(await claim(store, create.id));
  const removal = await work((tx) => addOperation(tx, cluster, 'delete'));
  t.match(await work((tx) => getOperation(tx, create.id)), { state: 'cancelling' });
  t.same(
    await store.asSystem((tx) => extendLease(tx, { ...creating, leaseSeconds: 60 })),
    { lost: false, cancelRequested: true },
    'the worker hears of it with its next breath',
  );
  t.equal(
    await store.asSystem((tx) => claimOperation(tx, { id: removal.id, owner: 'test', leaseSeconds: 60 })),
    undefined,
  );
  takeSignals();
  await store.asSystem((tx) => finishOperation(tx, { ...creating, outcome: 'cancelled' }));
  t.same(takeSignals(), [{ operationId: removal.id, attempt: 1 }]);
  const deleting = leaseOf(await claim(store, removal.id));
  t.match(await work((tx) => getCluster(tx, cluster.id)), { phase: 'deleting' });
  await store.asSystem((tx) => finishOperation(tx, { ...deleting, outcome: 'succeeded' }));
  t.equal(await work((tx) => findCluster(tx, 'alpha')), undefined);
  t.equal(await work((tx) => findCluster(tx, cluster.id)), undefined);
  t.match(await work((tx) => findCluster(tx, cluster.id, { includeDeleted: true })), { phase: 'deleted' });
  t.not((await work((tx) => addCluster(tx, 'alpha'))).id, cluster.id, 'the name is free again');
  await t.rejects(
    work((tx) => addOperation(tx, cluster, 'update')),
    { code: 'conflict' },
    'nothing is asked of a tombstone',
  );
});

test('a delete of something that never started ends what is queued at once', async (t) => {
  const { store, work } = await openTestStore(t);
  const { cluster, create } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return { cluster, create: await addOperation(tx, cluster) };
  });
  const removal = await work((tx) => addOperation(tx, cluster, 'delete'));
  t.match(await work((tx) => getOperation(tx, create.id)), { state: 'cancelled', startedAt: null });
  t.match(await claim(store, removal.id), { state: 'running' });
});

test('a cancel ends what is queued, asks what runs, and is refused by what has ended', async (t) => {
  const { store, work } = await openTestStore(t);
  const [queued, running] = await work(async (tx) => [
    await addOperation(tx, await addCluster(tx, 'queued')),
    await addOperation(tx, await addCluster(tx, 'running')),
  ]);
  t.match(await work((tx) => requestCancel(tx, queued.id)), { state: 'cancelled' });
  await t.rejects(
    work((tx) => requestCancel(tx, queued.id)),
    { code: 'conflict', message: /cancelled already/ },
  );
  t.match(await work((tx) => getCluster(tx, 'queued')), { phase: 'cancelled' });

  const lease = leaseOf(await claim(store, running.id));
  const asked = await work((tx) => requestCancel(tx, running.id));
  t.match(asked, { state: 'cancelling', leaseOwner: 'test' });
  const twice = await work((tx) => requestCancel(tx, running.id));
  t.same(twice.cancelRequestedAt, asked.cancelRequestedAt, 'asking twice is asking once');
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' }));
  t.match(await work((tx) => getOperation(tx, running.id)), { state: 'cancelled' });
});

test('a cancel that was asked for survives the death of its worker', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  await claim(store, id, 0);
  await store.asSystem((tx) => expireLeases(tx));
  t.match(await work((tx) => requestCancel(tx, id)), { state: 'interrupted' });
  t.match(await claim(store, id), { state: 'cancelling', claimedFrom: 'interrupted' });
});

test('an automatic retry waits, counts, and goes on from the step that failed', async (t) => {
  const { store, work, takeSignals } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  const lease = leaseOf(await claim(store, id));
  await store.asSystem(async (tx) => {
    await recordStep(tx, lease, { index: 0, state: 'succeeded' });
    await recordStep(tx, lease, { index: 1, state: 'failed', error: { code: 'throttled', message: 'slow down' } });
  });
  const error = { code: 'throttled', message: 'slow down' };
  takeSignals();
  const operation = await store.asSystem((tx) => requeueOperation(tx, { ...lease, delaySeconds: 0.001, error }));
  t.match(operation, { state: 'queued', attempt: 2, retries: 1, error });
  t.same(takeSignals(), [{ operationId: id, attempt: 2, delaySeconds: 0.001 }]);
  t.match(await work((tx) => listSteps(tx, id)), [{ state: 'succeeded' }, { state: 'pending', error: null }]);
  await t.rejects(
    store.asSystem((tx) => recordStep(tx, lease, { index: 1, state: 'running' })),
    { code: 'lease-lost' },
  );
});

test('a person retries what failed, unless something newer was asked', async (t) => {
  const { store, work, takeSignals } = await openTestStore(t);
  const { cluster, create } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return { cluster, create: await addOperation(tx, cluster) };
  });
  await t.rejects(
    work((tx) => retryOperation(tx, create.id)),
    { code: 'conflict' },
    'it has not failed',
  );
  const fail = async () => {
    const lease = leaseOf(await claim(store, create.id));
    const error = { code: 'capacity', message: 'none left' };
    await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'failed', error }));
  };
  await fail();
  t.match(await work((tx) => getCluster(tx, 'alpha')), { phase: 'failed', observedGeneration: 0 });
  takeSignals();
  const operation = await work((tx) => retryOperation(tx, create.id));
  t.match(operation, { state: 'queued', attempt: 2, retries: 0, error: null, finishedAt: null });
  t.same(takeSignals(), [{ operationId: create.id, attempt: 2 }]);
  await fail();
  await work((tx) => addOperation(tx, cluster, 'delete'));
  await t.rejects(
    work((tx) => retryOperation(tx, create.id)),
    { code: 'conflict', message: /newer/ },
  );
});

test('the words that the database checks are those of the domain', async (t) => {
  const { store } = await openTestStore(t);
  const words = async (column: string): Promise<string[]> => {
    const [row] = await store.asSystem(
      (tx) => tx.sql<{ definition: string }[]>`
        select pg_get_constraintdef(oid) as definition from pg_constraint where conname = ${`operations_${column}_check`}
      `,
    );
    return [...(row?.definition ?? '').matchAll(/'(\w+)'/g)].map(([, word = '']) => word).toSorted();
  };
  t.same(await words('kind'), Object.keys(operationKinds).toSorted());
  t.same(await words('state'), operationStates.toSorted());
});

test('operations are listed in pages and by what they are', async (t) => {
  const { store, work } = await openTestStore(t);
  const ids = await work(async (tx) => {
    const made: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.push((await addOperation(tx, await addCluster(tx, name))).id);
    return made;
  });
  const first = await work((tx) => listOperations(tx, { limit: 2 }));
  t.same(
    first.items.map(({ id }) => id),
    ids.slice(0, 2),
  );
  const rest = await work((tx) => listOperations(tx, { limit: 10, cursor: first.nextCursor ?? '' }));
  t.same(
    rest.items.map(({ id }) => id),
    ids.slice(2),
  );
  t.equal(rest.nextCursor, null);
  const newest = await work((tx) => listOperations(tx, { limit: 1, order: 'desc' }));
  t.equal(newest.items[0]?.id, ids[4]);
  const next = await work((tx) => listOperations(tx, { limit: 1, order: 'desc', cursor: newest.nextCursor ?? '' }));
  t.equal(next.items[0]?.id, ids[3]);
  await claim(store, ids[1] ?? '');
  const running = await work((tx) => listOperations(tx, { limit: 10, states: ['running'] }));
  t.same(
    running.items.map(({ id }) => id),
    [ids[1]],
  );
  const [one] = first.items;
  t.equal(
    (await work((tx) => listLatestOperations(tx, [one?.resourceId ?? '']))).get(one?.resourceId ?? '')?.id,
    one?.id,
  );
  await t.rejects(
    work((tx) => listOperations(tx, { limit: 2, cursor: 'nonsense' })),
    { code: 'validation' },
  );
});
