// What follows a unit of work: gathered in it, delivered once it is committed, and never twice for work that ran again.
import { test } from 'tap';
import { openStore } from '../../services/store/open-store.ts';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { noteSignal } from '../../services/store/consequences.ts';
import { createProject, listProjects } from '../../services/store/projects.ts';
import { finishOperation, waitForChildren } from '../../services/store/settle-operation.ts';
import { addCluster, addFleet, addFleetOperation, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

test('what gives way to a deletion signals whoever is next in line behind its parent', async (t) => {
  const { store, work, takeSignals } = await openTestStore(t);
  const { fleet, first, running } = await work(async (tx) => {
    const fleet = await addFleet(tx, 'fleet');
    const first = await addFleetOperation(tx, fleet);
    return { fleet, first, running: await addOperation(tx, await addCluster(tx, 'beta'), 'create', first.id) };
  });
  const lease = leaseOf(await claim(store, first.id));
  await store.asSystem((tx) => waitForChildren(tx, lease));
  const child = leaseOf(await claim(store, running.id));
  // One that is being cancelled goes first; nothing takes its place.
  await work((tx) => requestCancel(tx, first.id));
  const { cluster, second } = await work(async (tx) => {
    const cluster = await addCluster(tx, 'alpha', fleet.id);
    await addOperation(tx, cluster, 'create', first.id);
    return { cluster, second: await addFleetOperation(tx, fleet, 'update') };
  });
  await store.asSystem((tx) => finishOperation(tx, { ...child, outcome: 'cancelled' }));
  takeSignals();
  // Nothing of the fleet is asked for here: its first operation ends because its last child is cancelled.
  const removal = await work((tx) => addOperation(tx, cluster, 'delete'));
  const signalled = takeSignals().map(({ operationId }) => operationId);
  t.ok(signalled.includes(second.id), 'the next operation of the fleet is told');
  t.ok(signalled.includes(removal.id), 'and the deletion itself');
});

test('work that runs again delivers what its last run noted, once', async (t) => {
  const { store, takeSignals } = await openTestStore(t);
  let runs = 0;
  await store.asSystem(async (tx) => {
    runs += 1;
    noteSignal(tx, { id: `op_${runs}`, attempt: 1 });
    if (runs === 1) await tx.sql`do $$ begin raise exception using errcode = '40P01'; end $$`;
  });
  t.equal(runs, 2, 'a deadlock makes it run again');
  t.same(takeSignals(), [{ operationId: 'op_2', attempt: 1 }]);
});

test('work that fails delivers nothing', async (t) => {
  const { store, takeSignals } = await openTestStore(t);
  const failing = store.asSystem(async (tx) => {
    noteSignal(tx, { id: 'op_1', attempt: 1 });
    throw new Error('no');
  });
  await t.rejects(failing, { message: 'no' });
  t.same(takeSignals(), []);
});

test('a delivery sees what was committed, and its failure does not undo it', async (t) => {
  const { url, vault } = await openTestStore(t);
  const reader = await openStore({ url, applicationName: 'reader', vault, max: 1 });
  t.teardown(() => reader.close(1));
  const seen: string[] = [];
  const store = await openStore({
    url,
    applicationName: 'writer',
    vault,
    async onCommitted() {
      const { items } = await reader.asSystem((tx) => listProjects(tx, { limit: 10 }));
      seen.push(...items.map(({ name }) => name));
      throw new Error('nobody takes it');
    },
  });
  t.teardown(() => store.close(1));
  const made = await store.asSystem(async (tx) => {
    noteSignal(tx, { id: 'op_1', attempt: 1 });
    return createProject(tx, { name: 'third' });
  });
  t.equal(made.name, 'third');
  t.ok(seen.includes('third'));
});
