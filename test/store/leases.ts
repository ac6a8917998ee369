import { test } from 'tap';
import { appendEvent, listEvents } from '../../services/store/events.ts';
import { claimOperation, expireLeases, extendLease, listLostJobs } from '../../services/store/leases.ts';
import { getOperation } from '../../services/store/operations.ts';
import { interruptOperation, requeueOperation } from '../../services/store/retry-operation.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { listSteps, recordStep } from '../../services/store/steps.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

test('one of many workers gets an operation, and the fence grows', async (t) => {
  const { store, work } = await openTestStore(t, { max: 20 });
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      store.asSystem((tx) => claimOperation(tx, { id, owner: `worker-${index}`, leaseSeconds: 60 })),
    ),
  );
  const won = claims.filter((row) => row !== undefined);
  t.equal(won.length, 1);
  t.match(won[0], { state: 'running', claimedFrom: 'queued', fence: 1, attempt: 1 });
  t.ok(won[0]?.leaseUntil instanceof Date);
});

test('a lease is extended by its fence alone', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  const { fence } = await claim(store, id);
  const extend = (asked: number) =>
    store.asSystem((tx) => extendLease(tx, { operationId: id, fence: asked, leaseSeconds: 60 }));
  t.same(await extend(fence), { lost: false, cancelRequested: false });
  t.same(await extend(fence - 1), { lost: true });
  t.same(await extend(fence + 1), { lost: true });
});

test('an expired lease interrupts the operation, and the late worker can write nothing', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  const late = leaseOf(await claim(store, id, 0));
  await store.asSystem((tx) => recordStep(tx, late, { index: 0, state: 'running' }));

  t.same(await store.asSystem((tx) => expireLeases(tx)), [{ operationId: id, attempt: 2 }]);
  t.match(await work((tx) => getOperation(tx, id)), { state: 'interrupted', leaseOwner: null, leaseUntil: null });
  t.same(await store.asSystem((tx) => expireLeases(tx)), [], 'once');

  const lost = { code: 'lease-lost' };
  await t.rejects(
    store.asSystem((tx) => recordStep(tx, late, { index: 0, state: 'succeeded' })),
    lost,
  );
  await t.rejects(
    store.asSystem((tx) => finishOperation(tx, { ...late, outcome: 'succeeded' })),
    lost,
  );
  t.same(await store.asSystem((tx) => extendLease(tx, { ...late, leaseSeconds: 60 })), { lost: true });

  const next = await claim(store, id);
  t.match(next, { claimedFrom: 'interrupted', state: 'running', attempt: 2 });
  t.ok(next.fence > late.fence);
  await t.rejects(
    store.asSystem((tx) => recordStep(tx, late, { index: 0, state: 'succeeded' })),
    lost,
  );
  await store.asSystem((tx) => recordStep(tx, leaseOf(next), { index: 0, state: 'succeeded' }));
  t.match(await work((tx) => listSteps(tx, id)), [{ state: 'succeeded' }, { state: 'pending' }]);
});

test('a lease that is still good is not expired', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  await claim(store, id, 60);
  t.same(await store.asSystem((tx) => expireLeases(tx)), []);
});

test('two operations of one resource run one after the other', async (t) => {
  const { store, work, takeSignals } = await openTestStore(t);
  const [create, update] = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha');
    return [await addOperation(tx, cluster), await addOperation(tx, cluster, 'update')];
  });
  const tryUpdate = () =>
    store.asSystem((tx) => claimOperation(tx, { id: update.id, owner: 'test', leaseSeconds: 60 }));
  t.equal(await tryUpdate(), undefined, 'the create is first in the line');
  const running = await claim(store, create.id);
  t.equal(await tryUpdate(), undefined, 'the create runs');
  t.same(await store.asSystem((tx) => listLostJobs(tx)), [], 'and nothing else may');
  takeSignals();
  await store.asSystem((tx) => finishOperation(tx, { ...leaseOf(running), outcome: 'succeeded' }));
  t.same(takeSignals(), [{ operationId: update.id, attempt: 1 }], 'the end names the next one');
  t.match(await tryUpdate(), { state: 'running' });
});

test('the sweep finds what the queue lost: queued and due, and interrupted', async (t) => {
  const { store, work } = await openTestStore(t);
  const ids = await work(async (tx) => {
    const made: string[] = [];
    for (const name of ['due', 'later', 'left']) made.push((await addOperation(tx, await addCluster(tx, name))).id);
    return made as [string, string, string];
  });
  const [due, later, left] = ids;
  const error = { code: 'throttled', message: 'slow down' };
  const waiting = await claim(store, later);
  await store.asSystem((tx) => requeueOperation(tx, { ...leaseOf(waiting), delaySeconds: 3600, error }));
  const dropped = await claim(store, left);
  await store.asSystem((tx) =>
    interruptOperation(tx, { ...leaseOf(dropped), reason: 'shutdown', because: 'handed-over' }),
  );
  t.same(await store.asSystem((tx) => listLostJobs(tx)), [
    { operationId: due, attempt: 1 },
    { operationId: left, attempt: 2 },
  ]);
  t.equal(
    await store.asSystem((tx) => claimOperation(tx, { id: later, owner: 'test', leaseSeconds: 60 })),
    undefined,
    'what is not due yet is not claimed',
  );
});

test('events are numbered without gaps, whoever writes them', async (t) => {
  const { work } = await openTestStore(t, { max: 20 });
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      work((tx) => appendEvent(tx, { operationId: id, type: 'note', data: { index } })),
    ),
  );
  await t.rejects(
    work(async (tx) => {
      await appendEvent(tx, { operationId: id, type: 'note', data: { rolledBack: true } });
      throw new Error('no');
    }),
    { message: 'no' },
  );
  const last = await work((tx) => appendEvent(tx, { operationId: id, type: 'note', data: { last: true } }));
  const events = await work((tx) => listEvents(tx, { operationId: id }));
  t.same(
    events.map(({ seq }) => seq),
    Array.from({ length: last }, (_, index) => index + 1),
  );
  t.equal(last, 102);
  t.same(
    (await work((tx) => listEvents(tx, { operationId: id, afterSeq: 100 }))).map(({ seq }) => seq),
    [101, 102],
  );
});

test('an event wakes listeners with the id of its operation and nothing else', async (t) => {
  const { store, work } = await openTestStore(t);
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const unlisten = await store.listen('fleetyard_events', (payload) => {
    heard.push(payload);
    wake();
  });
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  await woken;
  t.same(heard, [id]);
  await unlisten();
});

test('a step tells of its state and of its progress', async (t) => {
  const { store, work } = await openTestStore(t);
  const { id } = await work(async (tx) => addOperation(tx, await addCluster(tx, 'alpha')));
  const lease = leaseOf(await claim(store, id));
  const record = (change: Parameters<typeof recordStep>[2]) => store.asSystem((tx) => recordStep(tx, lease, change));
  t.match(await record({ index: 0, state: 'running', planned: 7 }), { planned: 7, done: 0, finishedAt: null });
  t.match(await record({ index: 0, done: 3 }), { state: 'running', planned: 7, done: 3 });
  const failure = { code: 'capacity', message: 'none left' };
  const failed = await record({ index: 0, state: 'failed', error: failure });
  t.match(failed, { error: failure });
  t.ok(failed.finishedAt instanceof Date);
  await t.rejects(record({ index: 9, state: 'running' }), { code: 'not-found' });
  const events = await work((tx) => listEvents(tx, { operationId: id }));
  t.same(
    events.map(({ type }) => type),
    ['state', 'state', 'step', 'progress', 'step'],
  );
  t.match(events[3]?.data, { index: 0, layer: 'network', planned: 7, done: 3 });
});
