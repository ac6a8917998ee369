import { test } from 'tap';
import { readMonotonicClock } from '../../services/engine/monotonic-clock.ts';
import type { Store } from '../../services/store/open-store.ts';
import { keepLease } from '../../services/worker/hold-lease.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from '../store/fixtures.ts';

const open = () => ({
  cancelRequested: false,
  handOver: new AbortController().signal,
  claimedAt: readMonotonicClock(),
});

test('finding 6: a lease is lost in time although the database hangs', async (t) => {
  const hangs = { asSystem: () => new Promise<never>(() => undefined) } as unknown as Store;
  const { context } = await createWorkerContext(t, hangs, { leaseSeconds: 1 });
  const asked = open();
  const lease = keepLease(context, { operationId: 'op_x', fence: 1 }, asked);
  t.teardown(() => lease.release());
  t.equal(lease.lost.aborted, false);
  await waitFor('the lease to be lost', () => lease.lost.aborted);
  const after = readMonotonicClock() - asked.claimedAt;
  t.ok(after >= 900, 'not before');
  t.ok(after < 5000, 'and not when somebody answers');
});

test('finding 6: a claim that took longer than its lease is lost from the start', async (t) => {
  const { store } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store, { leaseSeconds: 1 });
  const late = { ...open(), claimedAt: readMonotonicClock() - 1000 };
  const lease = keepLease(context, { operationId: 'op_x', fence: 1 }, late);
  t.equal(lease.lost.aborted, true);
  lease.release();
});

test('a lease that is extended has a later deadline, and one that was taken over is lost at once', async (t) => {
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store, { leaseSeconds: 30 });
  const operation = await work(async (tx) => addOperation(tx, await addCluster(tx, 'one')));
  const lease = keepLease(context, leaseOf(await claim(store, operation.id)), open());
  t.teardown(() => lease.release());
  const before = lease.getDeadline();
  lease.beat();
  await waitFor('the deadline to move', () => lease.getDeadline() > before);
  t.ok(lease.getDeadline() < readMonotonicClock() + 27_001, 'a tenth of the lease is left to end what was started');
  await store.asSystem((tx) => tx.sql`update operations set fence = fence + 1`);
  lease.beat();
  await waitFor('the loss', () => lease.lost.aborted);
});
