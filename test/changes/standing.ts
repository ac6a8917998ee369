// A document is applied until what it says is there; nothing that failed or was cancelled ends in a state that no call leads out of.
import { test } from 'tap';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { retryOperation } from '../../services/changes/retry-operation.ts';
import { findCluster } from '../../services/store/clusters.ts';
import { getFederation } from '../../services/store/federations.ts';
import { getFleet } from '../../services/store/fleets.ts';
import { listChildren } from '../../services/store/operations.ts';
import { listSteps } from '../../services/store/steps.ts';
import { claim } from '../store/fixtures.ts';
import { addCluster, addFleet, clusterRequest, fleetRequest, openTestApplication } from './fixtures.ts';
import { reread, walkAll } from './walk.ts';
import type { TestApplication } from './fixtures.ts';

const apply = ({ change }: TestApplication, changes = {}) =>
  change((unit) => applyCluster(unit, { idOrName: 'web', request: clusterRequest(changes) }));

const applyPair = ({ change }: TestApplication, changes = {}) =>
  change((unit) => applyFleet(unit, { idOrName: 'pair', request: fleetRequest(changes) }));

const two = { clusters: [clusterRequest({ name: 'one' }), clusterRequest({ name: 'two' })] };

test('finding 9: the document of a cluster acts whenever what was observed is not what it says', async (t) => {
  for (const outcome of ['failed', 'cancelled', 'needs_attention'] as const) {
    const test = await openTestApplication(t);
    const { work } = test;
    await addCluster(test);
    await walkAll(test, () => outcome);
    const again = await apply(test);
    t.match(again, { operation: { kind: 'update', generation: 1 }, cluster: { generation: 1 } }, outcome);
    const steps = await work((tx) => listSteps(tx, again.operation?.id ?? ''));
    t.match(steps, [{ layer: 'network' }, { layer: 'cluster' }, { kind: 'check' }], 'over every layer');
    const twice = await apply(test);
    t.equal(twice.operation?.id, again.operation?.id, 'and once');
    await walkAll(test);
    t.match(await work((tx) => findCluster(tx, 'web')), { phase: 'ready', observedGeneration: 1 });
    t.equal((await apply(test)).operation, null, 'until it is there');
  }
});

test('finding 9: a document that is applied while it comes about is answered with what brings it about', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const { operation } = await addCluster(test);
  t.equal((await apply(test)).operation?.id, operation?.id, 'queued');
  await claim(test.store, operation?.id ?? '');
  t.equal((await apply(test)).operation?.id, operation?.id, 'running');
  await change((unit) => cancelOperation(unit, operation?.id ?? ''));
  const next = await apply(test);
  t.match(next.operation, { kind: 'update', state: 'queued' }, 'but not when that is being cancelled');
});

test('finding 9: an update that failed or was cancelled is not forgotten', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  await addCluster(test);
  await walkAll(test);
  const changed = await apply(test, { tags: { team: 'web' } });
  await change((unit) => cancelOperation(unit, changed.operation?.id ?? ''));
  t.match((await apply(test, { tags: { team: 'web' } })).operation, { kind: 'update', generation: 2 }, 'cancelled');
  await walkAll(test, () => 'failed');
  t.match((await apply(test, { tags: { team: 'web' } })).operation, { generation: 2 }, 'failed');
  await walkAll(test);
  const removal = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  await walkAll(test, () => 'failed');
  t.match((await apply(test, { tags: { team: 'web' } })).operation, { kind: 'update' }, 'a removal failed half-way');
  await walkAll(test, () => 'failed');
  t.match((await apply(test, { tags: { team: 'web' } })).operation, { kind: 'update' }, 'and so did its repair');
  await t.rejects(
    change((unit) => retryOperation(unit, removal.operation?.id ?? '')),
    { code: 'conflict', message: /newer operation/, wayOut: [{ method: 'DELETE', path: /^\/v1\/clusters\/cl_/ }] },
    'the answer of a retry names what leads out',
  );
  await walkAll(test);
  t.match(await work((tx) => findCluster(tx, 'web')), { phase: 'ready', observedGeneration: 2 });
});

test('finding 9: what was cancelled can be retried, and goes on from the step that it came to', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { operation } = await addCluster(test);
  const id = operation?.id ?? '';
  await change((unit) => cancelOperation(unit, id));
  t.match(await change((unit) => retryOperation(unit, id)), { state: 'queued', attempt: 2, cancelRequestedAt: null });
  await walkAll(test, () => 'cancelled');
  t.match(await change((unit) => retryOperation(unit, id)), { state: 'queued' });
  await walkAll(test);
  t.match(await work((tx) => findCluster(tx, 'web')), { phase: 'ready', observedGeneration: 1 });
  await t.rejects(
    change((unit) => retryOperation(unit, id)),
    { code: 'conflict' },
    'but not what succeeded',
  );
});

test('finding 9: an older wish is not retried, and the answer names the document', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  await addCluster(test);
  await walkAll(test);
  const first = await apply(test, { tags: { team: 'a' } });
  const second = await apply(test, { tags: { team: 'b' } });
  await change((unit) => cancelOperation(unit, second.operation?.id ?? ''));
  t.match(await reread(test, first.operation), { state: 'cancelled', error: { code: 'superseded' } });
  await t.rejects(
    change((unit) => retryOperation(unit, first.operation?.id ?? '')),
    { code: 'conflict', message: /took the place/, wayOut: [{ method: 'PUT', path: /^\/v1\/clusters\/cl_/ }] },
    'which a later one took the place of',
  );
  t.match(await change((unit) => retryOperation(unit, second.operation?.id ?? '')), { state: 'queued' });
});

test('finding 9: a fleet with a cancelled child is retried with it', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { operation, children } = await addFleet(test, two);
  const stopped = children.at(-1);
  await change((unit) => cancelOperation(unit, stopped?.id ?? ''));
  await walkAll(test);
  t.match(await reread(test, operation), { state: 'failed', error: { code: 'children-failed' } });
  await change((unit) => retryOperation(unit, operation?.id ?? ''));
  t.same(await walkAll(test), ['create fleet', 'create cluster'], 'and with nothing else');
  t.match(await work((tx) => getFleet(tx, 'pair')), { phase: 'ready', observedGeneration: 1 });
});

test('finding 9: the document of a fleet repairs what it names', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { operation, fleet } = await addFleet(test, two);
  await change((unit) => cancelOperation(unit, operation?.id ?? ''));
  const again = await applyPair(test, two);
  t.match(again, { operation: { kind: 'update' }, fleet: { generation: 1 } });
  t.same(
    again.children.map(({ kind, resourceKind }) => `${kind} ${resourceKind}`),
    ['update cluster', 'update cluster', 'update federation'],
    'the members and the federation, after a cancel',
  );
  const twice = await applyPair(test, two);
  t.equal(twice.operation?.id, again.operation?.id, 'once');
  t.equal(twice.children.length, 3);
  let failing = '';
  await walkAll(test, ({ resourceKind, id }) => {
    if (resourceKind === 'cluster' && failing === '') failing = id;
    return id === failing ? 'failed' : 'succeeded';
  });
  t.match(await reread(test, again.operation), { state: 'failed' });
  const repair = await applyPair(test, two);
  t.equal(repair.children.length, 1, 'and only what failed');
  await walkAll(test);
  t.match(await work((tx) => getFleet(tx, 'pair')), { phase: 'ready', observedGeneration: 1 });
  t.match(await work((tx) => getFederation(tx, fleet.federationId ?? '')), { phase: 'ready' });
  t.match(await applyPair(test, two), { operation: null, children: [] });
});

test('finding 9: a fleet that failed through a member that is well by now is as its document says', async (t) => {
  const test = await openTestApplication(t);
  const { work } = test;
  const { operation } = await addFleet(test);
  await walkAll(test, ({ resourceKind }) => (resourceKind === 'cluster' ? 'failed' : 'succeeded'));
  const repair = await applyPair(test);
  t.not(repair.operation?.id, operation?.id);
  await walkAll(test);
  t.match(await work((tx) => getFleet(tx, 'pair')), { phase: 'ready' });
});

test('finding 10: a fleet that is changed while it is being made waits for all that is under way', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const first = await addFleet(test, two);
  await claim(test.store, first.children[1]?.id ?? '');
  const tagged = { clusters: [two.clusters[0], { ...two.clusters[1], tags: { team: 'web' } }] };
  const second = await applyPair(test, tagged);
  const third = await applyPair(test, { clusters: [...tagged.clusters, clusterRequest({ name: 'three' })] });
  for (const former of [first, second])
    t.match(await reread(test, former.operation), { state: 'cancelled', error: { code: 'superseded' } });
  const open = await work((tx) => listChildren(tx, third.operation?.id ?? ''));
  t.ok(
    first.children.every(({ id }) => open.some((child) => child.id === id)),
    'what was begun before',
  );
  await change((unit) => cancelOperation(unit, third.operation?.id ?? ''));
  t.match(await reread(test, first.children[1]), { state: 'cancelling' }, 'a cancel reaches it');
});

test('finding 10: a fleet is not ready while a member that an earlier document asked for is not', async (t) => {
  const test = await openTestApplication(t);
  const { work } = test;
  const { children } = await addFleet(test, two);
  const [, broken] = children;
  const { operation } = await applyPair(test, { clusters: [...two.clusters, clusterRequest({ name: 'three' })] });
  await walkAll(test, ({ id }) => (id === broken?.id ? 'failed' : 'succeeded'));
  t.match(await reread(test, operation), { state: 'failed', error: { children: [{ operation: broken?.id }] } });
  t.match(await work((tx) => getFleet(tx, 'pair')), { phase: 'failed' });
});
