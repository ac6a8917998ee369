import postgres from 'postgres';
import { test, type Test } from 'tap';
import { getStackHealth, markSettled, markUnsettled, saveDoubtful } from '../../services/store/stack-health.ts';
import { getOrCreateStack, listStacks, markStackDestroyed } from '../../services/store/stacks.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from './fixtures.ts';

async function prepare(t: Test) {
  const fixture = await openTestStore(t);
  const { store, work } = fixture;
  const cluster = await work((tx) => addCluster(tx, 'alpha'));
  const operation = await work((tx) => addOperation(tx, cluster));
  const lease = leaseOf(await claim(store, operation.id));
  const { id: stackId } = await store.asSystem((tx) =>
    getOrCreateStack(tx, { clusterId: cluster.id, layer: 'network', home: 'simulated', name: 's' }),
  );
  const read = () => work((tx) => getStackHealth(tx, stackId));
  return { ...fixture, cluster, lease, stackId, read };
}

test('finding 2: a stack is marked by a lease, keeps the moment of the first mark, and is settled by a lease', async (t) => {
  const { store, lease, stackId, read } = await prepare(t);
  t.same(await read(), { unsettled: null, doubtful: [] }, 'a new stack is settled');
  await store.asSystem((tx) => markUnsettled(tx, lease, { stackId, action: 'up' }));
  const first = await read();
  t.match(first, { unsettled: { ...lease, since: Date } });
  await store.asSystem((tx) => markUnsettled(tx, lease, { stackId, action: 'up' }));
  t.same(await read(), first);
  await store.asSystem((tx) => markSettled(tx, lease, stackId));
  t.same(await read(), { unsettled: null, doubtful: [] });
});

test('finding 4: creations in doubt are kept sealed until the stack is settled, whoever marks it meanwhile', async (t) => {
  const { store, adminUrl, lease, stackId, read } = await prepare(t);
  const doubtful = [{ resource: { urn: 'urn:vpc', inputs: { password: 'hush-hush' } }, replacing: false }];
  await store.asSystem((tx) => saveDoubtful(tx, lease, { stackId, doubtful }));
  t.match(await read(), { unsettled: { since: Date, operationId: null }, doubtful }, 'what is in doubt is unsettled');
  await store.asSystem((tx) => markUnsettled(tx, lease, { stackId, action: 'destroy' }));
  t.same((await read()).doubtful, doubtful);
  const sql = postgres(adminUrl, { max: 1 });
  const [row] = await sql<{ text: string }[]>`select encode(doubtful_enc, 'escape') as text from stacks`;
  await sql.end();
  t.notMatch(row?.text, 'hush-hush');
  await store.asSystem((tx) => saveDoubtful(tx, lease, { stackId, doubtful: [] }));
  t.match(await read(), { unsettled: { operationId: lease.operationId }, doubtful: [] });
  await store.asSystem((tx) => markSettled(tx, lease, stackId));
  t.same(await read(), { unsettled: null, doubtful: [] });
});

test('finding 2: a late worker writes no health', async (t) => {
  const { store, lease, stackId } = await prepare(t);
  const late = { ...lease, fence: lease.fence - 1 };
  const lost = { code: 'lease-lost' };
  await t.rejects(
    store.asSystem((tx) => markUnsettled(tx, late, { stackId, action: 'up' })),
    lost,
  );
  await t.rejects(
    store.asSystem((tx) => saveDoubtful(tx, late, { stackId, doubtful: [] })),
    lost,
  );
  await t.rejects(
    store.asSystem((tx) => markSettled(tx, late, stackId)),
    lost,
  );
});

test('finding 5: a destroyed stack does not stand, until an "up" begins', async (t) => {
  const { store, work, cluster, lease, stackId } = await prepare(t);
  await store.asSystem((tx) => markStackDestroyed(tx, lease, stackId));
  t.match(await work((tx) => listStacks(tx, cluster.id)), [{ deployedAt: null, destroyedAt: Date }]);
  await store.asSystem((tx) => markUnsettled(tx, lease, { stackId, action: 'destroy' }));
  t.match(await work((tx) => listStacks(tx, cluster.id)), [{ destroyedAt: Date }]);
  await store.asSystem((tx) => markUnsettled(tx, lease, { stackId, action: 'up' }));
  t.match(await work((tx) => listStacks(tx, cluster.id)), [{ deployedAt: null, destroyedAt: null }]);
});
