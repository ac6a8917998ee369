// What is asked of resources beside their desired state: who may ask, what is refused, and what is started.
import { test, type Test } from 'tap';
import { actOnCluster, actOnFederation } from '../../services/changes/act-on-resource.ts';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteFederation } from '../../services/changes/delete-federation.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import { readOperationInput } from '../../services/domain/operation-input.ts';
import type { ErrorCode, FleetyardError } from '../../services/domain/errors.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import { finishOperation } from '../../services/store/settle-operation.ts';
import { listSteps } from '../../services/store/steps.ts';
import { claim, leaseOf } from '../store/fixtures.ts';
import { addCluster, addFleet, clusterRequest, openTestApplication, type TestApplication } from './fixtures.ts';

const abandon = { kind: 'abandon' } as const;
const platform = { role: 'platform-admin' } as const;

async function listActions({ work }: TestApplication, operation: OperationRow | null): Promise<string[]> {
  const steps = await work((tx) => listSteps(tx, operation?.id ?? ''));
  return steps.map(({ action, layer }) => `${action} ${layer ?? ''}`.trim());
}

/** Asserts that it is refused with a code, and that the refusal names the call. */
async function refuses(t: Test, asked: Promise<unknown>, code: ErrorCode, method: string, path: RegExp | string) {
  const error = (await asked.then(
    () => undefined,
    (caught: unknown) => caught,
  )) as FleetyardError | undefined;
  t.match(error, { code }, `is refused with ${code}`);
  t.match(
    error?.wayOut.filter((call) => call.method === method).map((call) => call.path),
    [path],
    `and names ${method} ${String(path)}`,
  );
}

const read = ({ work }: TestApplication, operation: OperationRow | null): Promise<OperationRow> =>
  work((tx) => getOperation(tx, operation?.id ?? ''));

test('a cluster that is abandoned', async (t) => {
  const test = await openTestApplication(t);
  const { change, store } = test;
  const { cluster, operation: create } = await addCluster(test);
  const act = (actor = {}) => change((unit) => actOnCluster(unit, { idOrName: 'web', act: abandon }), actor);
  for (const role of ['viewer', 'operator'] as const)
    await t.rejects(act({ role }), { code: 'forbidden' }, `is not let go of by a ${role}`);
  await claim(store, create?.id ?? '');
  const { operation } = await act();
  t.match(operation, { kind: 'abandon', state: 'queued' });
  t.same(await listActions(test, operation), ['abandon'], 'asks its cloud for nothing');
  t.match(await read(test, create), { state: 'cancelling' }, 'and what runs ends first');
  t.equal((await act()).operation?.id, operation?.id, 'is let go of once');
  const removal = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  t.equal(removal.operation?.id, operation?.id, 'a deletion finds that it is done for');
  await refuses(
    t,
    change((unit) => applyCluster(unit, { idOrName: 'web', request: clusterRequest() })),
    'conflict',
    'POST',
    `/v1/operations/${operation?.id}/cancel`,
  );
  t.same(readOperationInput(operation as OperationRow, 'cluster').releaseRanges, false, 'its ranges stay taken');
  t.equal(cluster.id, operation?.resourceId);
});

test('a deletion that runs gives way to an abandoning, and a plain one to a forced one', async (t) => {
  const test = await openTestApplication(t);
  const { change, store } = test;
  await addCluster(test);
  const remove = (force: boolean, actor = {}) =>
    change((unit) => deleteCluster(unit, { idOrName: 'web', force }), actor);
  const plain = await remove(false);
  await claim(store, plain.operation?.id ?? '');
  await refuses(t, remove(true), 'forbidden', 'POST', '/v1/clusters/web/operations');
  const forced = await remove(true, platform);
  t.same(await listActions(test, forced.operation), [
    'destroy addons',
    'destroy cluster',
    'destroy network',
    'abandon',
  ]);
  t.match(await read(test, plain.operation), { state: 'cancelling' });
  t.equal((await remove(true, platform)).operation?.id, forced.operation?.id, 'it is forced once');
  t.equal((await remove(false)).operation?.id, forced.operation?.id, 'and a plain one finds it');
  const left = await change((unit) => actOnCluster(unit, { idOrName: 'web', act: abandon }));
  t.match(left.operation, { kind: 'abandon' });
  t.match(await read(test, forced.operation), { state: 'cancelled' });
});

test('what is protected is kept from every removal', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const { cluster } = await addCluster(test, { protect: true });
  const [path, named] = [`/v1/clusters/${cluster.id}`, { idOrName: 'web' }];
  await refuses(
    t,
    change((unit) => deleteCluster(unit, named)),
    'protected',
    'PUT',
    path,
  );
  await refuses(
    t,
    change((unit) => deleteCluster(unit, { ...named, force: true }), platform),
    'protected',
    'PUT',
    path,
  );
  await refuses(
    t,
    change((unit) => actOnCluster(unit, { ...named, act: abandon })),
    'protected',
    'PUT',
    path,
  );
});

test('a fleet that is deleted by force', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  await addFleet(test);
  const remove = (force: boolean, actor = {}) =>
    change((unit) => deleteFleet(unit, { idOrName: 'pair', force }), actor);
  await t.rejects(remove(true), { code: 'forbidden' });
  const plain = await remove(false);
  const { operation, children } = await remove(true, platform);
  t.not(operation?.id, plain.operation?.id, 'is not the plain deletion that was under way');
  const actions = await Promise.all(children.map((child) => listActions(test, child)));
  for (const list of actions) t.equal(list.at(-1), 'abandon', 'lets go of whatever each child leaves');
  t.equal((await remove(false)).operation?.id, operation?.id);
});

test('a federation whose hub does not answer', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const { federation } = await change((unit) =>
    createFederation(unit, { name: 'hub', engine: 'karmada', hub: { credential: 'demo-hub' } }),
  );
  const { cluster } = await addCluster(test, { federation: 'hub' });
  const act = () => change((unit) => actOnFederation(unit, { idOrName: 'hub', act: abandon }));
  await refuses(t, act(), 'in-use', 'DELETE', `/v1/clusters/${cluster.id}`);
  const left = await change((unit) => actOnCluster(unit, { idOrName: 'web', act: abandon }));
  const lease = leaseOf(await claim(test.store, left.operation?.id ?? ''));
  await test.store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  const { operation } = await act();
  t.same(await listActions(test, operation), ['abandon'], 'is let go of once its members are');
  t.equal((await act()).operation.id, operation.id, 'and once only');
  const removal = await change((unit) => deleteFederation(unit, { idOrName: federation.id }));
  t.equal(removal.operation.id, operation.id);
});

test('a creation that is rolled back', async (t) => {
  const test = await openTestApplication(t);
  const { change, store, work } = test;
  const { operation: create } = await addCluster(test);
  const id = create?.id ?? '';
  const lease = leaseOf(await claim(store, id));
  const cancelled = await change((unit) => cancelOperation(unit, id, { rollback: true }));
  t.match(cancelled, { state: 'cancelling', result: { rollback: /^op_/ } });
  const removalId = cancelled.result?.rollback ?? '';
  t.match(await work((tx) => getOperation(tx, removalId)), { kind: 'delete', state: 'queued' });
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'cancelled' }));
  const removing = leaseOf(await claim(store, removalId));
  const error = { code: 'quota', message: 'no' };
  await store.asSystem((tx) => finishOperation(tx, { ...removing, outcome: 'failed', error }));
  const again = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  t.match(again, { cluster: { deletedAt: null }, operation: { kind: 'delete' } }, 'is still there when that fails');
});

test('what is no creation under way is not rolled back', async (t) => {
  const test = await openTestApplication(t);
  const { change, store } = test;
  const rollBack = (id: string) => change((unit) => cancelOperation(unit, id, { rollback: true }));
  const { operation: create } = await addCluster(test);
  const lease = leaseOf(await claim(store, create?.id ?? ''));
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: 'succeeded' }));
  await refuses(t, rollBack(create?.id ?? ''), 'conflict', 'DELETE', /^\/v1\/clusters\/cl_/);
  const removal = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  await t.rejects(rollBack(removal.operation?.id ?? ''), { code: 'conflict', message: /only a creation/ });
  const kept = await addCluster(test, { name: 'kept', protect: true });
  await t.rejects(rollBack(kept.operation?.id ?? ''), { code: 'protected' });
  t.match(
    await read(test, kept.operation),
    { state: 'queued', cancelRequestedAt: null },
    'and is not cancelled either',
  );
});
