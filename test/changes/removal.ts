// Removing things in their order, and again when it did not work.
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import { createCluster } from '../../services/changes/create-cluster.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteCredential } from '../../services/changes/delete-credential.ts';
import { deleteFederation } from '../../services/changes/delete-federation.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import { startFederationDeletion } from '../../services/changes/federation-operations.ts';
import { retryOperation } from '../../services/changes/retry-operation.ts';
import { findCluster } from '../../services/store/clusters.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { findFederation, getFederation } from '../../services/store/federations.ts';
import { findFleet } from '../../services/store/fleets.ts';
import { claimOperation } from '../../services/store/leases.ts';
import { listSteps } from '../../services/store/steps.ts';
import { claim } from '../store/fixtures.ts';
import { addCluster, addFleet, clusterRequest, fleetRequest, openTestApplication } from './fixtures.ts';
import { reread, walkAll } from './walk.ts';
import type { TestApplication } from './fixtures.ts';

const two = { clusters: [clusterRequest({ name: 'one' }), clusterRequest({ name: 'two' })] };

async function standFleet(test: TestApplication) {
  const made = await addFleet(test, two);
  await walkAll(test);
  const removal = await test.change((unit) => deleteFleet(unit, { idOrName: 'pair' }));
  const hub = removal.children.find(({ resourceKind }) => resourceKind === 'federation');
  return { ...made, removal, hub };
}

test('finding 1: a fleet takes its members first, then its hub', async (t) => {
  const test = await openTestApplication(t);
  const { store, work, takeSignals } = test;
  const { fleet, hub } = await standFleet(test);
  const early = await store.asSystem((tx) =>
    claimOperation(tx, { id: hub?.id ?? '', owner: 'test', leaseSeconds: 60 }),
  );
  t.equal(early, undefined, 'nobody claims it while members stand');
  takeSignals();
  t.same(
    (await walkAll(test)).filter((name) => !name.includes('fleet')),
    ['delete cluster', 'delete cluster', 'delete federation'],
  );
  t.ok(
    takeSignals().some(({ operationId }) => operationId === hub?.id),
    'the last member signals it',
  );
  t.equal(await work((tx) => findFleet(tx, 'pair')), undefined);
  t.equal(await work((tx) => findFederation(tx, fleet.federationId ?? '')), undefined);
});

test('finding 1: a hub stays when a member does, the fleet says so, and a retry ends it', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { fleet, removal, hub } = await standFleet(test);
  const failing = removal.children[0]?.id;
  await walkAll(test, ({ id }) => (id === failing ? 'failed' : 'succeeded'));
  t.match(await reread(test, hub), { state: 'cancelled', error: { code: 'members-stand', message: /"one"/ } });
  t.match(await reread(test, removal.operation), { state: 'failed' });
  t.ok(await work((tx) => findFederation(tx, fleet.federationId ?? '')), 'a member can still leave it');
  await change((unit) => retryOperation(unit, removal.operation?.id ?? ''));
  await walkAll(test);
  t.equal(await work((tx) => findFleet(tx, 'pair')), undefined);
});

test('finding 1: a member that is retried alone takes the fleet and its hub along', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { removal } = await standFleet(test);
  const failing = removal.children[0]?.id ?? '';
  await walkAll(test, ({ id }) => (id === failing ? 'failed' : 'succeeded'));
  await change((unit) => retryOperation(unit, failing));
  await walkAll(test);
  t.equal(await work((tx) => findFleet(tx, 'pair')), undefined);
});

test('finding 1: nobody joins a federation that is being deleted', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const hub = { credential: 'demo-hub' };
  await change((unit) => createFederation(unit, { name: 'main', engine: 'karmada', hub }));
  await change((unit) => deleteFederation(unit, { idOrName: 'main' }));
  await t.rejects(
    addCluster(test, { federation: 'main' }),
    {
      code: 'conflict',
      message: /being deleted/,
      wayOut: [{}, { method: 'POST', path: /^\/v1\/operations\/op_\w+\/cancel$/ }],
    },
    'and the answer names what leads out',
  );
});

test('finding 1: nor does a fleet grow into a federation that is being deleted', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { fleet } = await addFleet(test);
  await walkAll(test);
  await change(async (unit) => {
    const federation = await getFederation(unit.tx, fleet.federationId ?? '');
    await startFederationDeletion(unit, federation, null);
  });
  await t.rejects(
    change((unit) => applyFleet(unit, { idOrName: 'pair', request: fleetRequest(two) })),
    { code: 'conflict', message: /federation "pair" is being deleted/ },
  );
  t.equal(await work((tx) => findCluster(tx, 'two')), undefined);
});

test('finding 1: of somebody who joins a federation and somebody who deletes it at once, one is refused', async (t) => {
  const test = await openTestApplication(t);
  const { change } = test;
  const hub = { credential: 'demo-hub' };
  for (const first of ['join', 'delete'] as const) {
    await change((unit) => createFederation(unit, { name: first, engine: 'karmada', hub }));
    const join = (pause: number) =>
      change(async (unit) => {
        await createCluster(unit, clusterRequest({ name: `of-${first}`, federation: first }));
        await delay(pause);
      });
    const remove = (pause: number) =>
      change(async (unit) => {
        await deleteFederation(unit, { idOrName: first });
        await delay(pause);
      });
    const [early, late] = first === 'join' ? [join, remove] : [remove, join];
    const began = early(300);
    await delay(100);
    const [one, other] = await Promise.allSettled([began, late(0)]);
    t.equal(one.status, 'fulfilled', `${first} came first`);
    t.match(other, { status: 'rejected', reason: { code: first === 'join' ? 'in-use' : 'conflict' } });
  }
});

test('finding 1: nor does anybody stand on a credential that is being deleted', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  await work((tx) =>
    createCredential(tx, {
      name: 'short-lived',
      provider: 'aws',
      simulated: true,
      attributes: { accountId: '111122223333' },
      secret: { token: 'a-simulated-token' },
    }),
  );
  const removal = change(async (unit) => {
    await deleteCredential(unit, 'short-lived');
    await delay(300);
  });
  await delay(100);
  const joined = addCluster(test, { credential: 'short-lived' });
  await t.rejects(joined, { code: 'validation', details: [{ code: 'unknown-credential' }] });
  await removal;
});

test('finding 5: a removal that failed can be asked for again, and retried while nothing else was', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  await addCluster(test);
  await walkAll(test);
  const first = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  await walkAll(test, () => 'failed');
  t.match(await change((unit) => retryOperation(unit, first.operation?.id ?? '')), { state: 'queued' });
  t.equal(
    (await change((unit) => deleteCluster(unit, { idOrName: 'web' }))).operation?.id,
    first.operation?.id,
    'which is under way then',
  );
  await walkAll(test, () => 'failed');
  const second = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  t.not(second.operation?.id, first.operation?.id);
  await t.rejects(
    change((unit) => retryOperation(unit, first.operation?.id ?? '')),
    { code: 'conflict', message: /newer operation/ },
  );
  await walkAll(test);
  t.equal(await work((tx) => findCluster(tx, 'web')), undefined);
});

test('finding 5: a removal names every layer, for what stands is known only when its turn comes', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { operation } = await addCluster(test);
  await change((unit) => cancelOperation(unit, operation?.id ?? ''));
  const removal = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  await change((unit) => cancelOperation(unit, removal.operation?.id ?? ''));
  // Now there is something to be removed.
  await change((unit) => retryOperation(unit, operation?.id ?? ''));
  await walkAll(test);
  const again = await change((unit) => retryOperation(unit, removal.operation?.id ?? '')).catch(() => undefined);
  const steps = await work((tx) => listSteps(tx, again?.id ?? removal.operation?.id ?? ''));
  t.match(steps, [{ layer: 'addons' }, { layer: 'cluster' }, { layer: 'network' }]);
});

test('finding 17: a removal that is being cancelled does not answer for the next one', async (t) => {
  const test = await openTestApplication(t);
  const { change, work, store } = test;
  await addCluster(test);
  await addFleet(test);
  await walkAll(test);
  const first = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  await claim(store, first.operation?.id ?? '');
  await change((unit) => cancelOperation(unit, first.operation?.id ?? ''));
  const second = await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
  t.match(second.operation, { kind: 'delete', state: 'queued' });
  t.not(second.operation?.id, first.operation?.id, 'it lines up behind');
  t.equal(
    (await change((unit) => deleteCluster(unit, { idOrName: 'web' }))).operation?.id,
    second.operation?.id,
    'and answers for those after it',
  );
  t.match(await reread(test, first.operation), { state: 'cancelling' });

  const fleet = await change((unit) => deleteFleet(unit, { idOrName: 'pair' }));
  await claim(store, fleet.children[0]?.id ?? '');
  await claim(store, fleet.operation?.id ?? '');
  await change((unit) => cancelOperation(unit, fleet.operation?.id ?? ''));
  const request = fleetRequest();
  await t.rejects(
    change((unit) => applyFleet(unit, { idOrName: 'pair', request })),
    {
      code: 'conflict',
      message: /being cancelled/,
      wayOut: [{ method: 'GET', path: /^\/v1\/operations\/op_\w+\/events$/ }],
    },
    'a document waits for its end',
  );
  const anew = await change((unit) => deleteFleet(unit, { idOrName: 'pair' }));
  t.not(anew.operation?.id, fleet.operation?.id, 'so does a fleet');
  t.equal(anew.children.length, 2, 'with everything that stands');
  t.ok(await work((tx) => findFleet(tx, 'pair')));
});

test('finding 1: a fleet whose federation went before its deletion came to its end gets a new one', async (t) => {
  const test = await openTestApplication(t);
  const { change, work } = test;
  const { fleet, removal, hub } = await standFleet(test);
  const kept = fleetRequest({ clusters: [clusterRequest({ name: 'one' })] });
  const failing = removal.children.find(({ id }) => id !== hub?.id)?.id ?? '';
  await walkAll(test, ({ id }) => (id === failing ? 'failed' : 'succeeded'));
  await t.rejects(
    change((unit) => retryOperation(unit, hub?.id ?? '')),
    { code: 'conflict', message: /has members: "one"/, wayOut: [{ method: 'DELETE', path: /^\/v1\/fleets\/fl_/ }] },
    'it does not wait for members that nobody removes',
  );
  await work((tx) => tx.sql`update clusters set deleted_at = now() where fleet_id = ${fleet.id}`);
  await change((unit) => retryOperation(unit, hub?.id ?? ''));
  await t.rejects(
    change((unit) => applyFleet(unit, { idOrName: 'pair', request: kept })),
    { code: 'conflict', message: /fleet "pair" is being deleted/ },
    'which the fleet follows',
  );
  await walkAll(test);
  const again = await change((unit) => applyFleet(unit, { idOrName: 'pair', request: kept }));
  t.not(again.fleet.federationId, fleet.federationId);
  await walkAll(test);
  t.match(await work((tx) => findFederation(tx, 'pair')), { id: again.fleet.federationId, phase: 'ready' });
  t.match(await work((tx) => findCluster(tx, 'one')), { federationId: again.fleet.federationId, phase: 'ready' });
});
