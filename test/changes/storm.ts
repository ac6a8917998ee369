// People and workers at once: whatever they do, a document or a deletion leads out of where it ends.
import { test } from 'tap';
import { applyCluster } from '../../services/changes/apply-cluster.ts';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import type { Change } from '../../services/changes/change.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import { retryOperation } from '../../services/changes/retry-operation.ts';
import { FleetyardError } from '../../services/domain/errors.ts';
import { isSettled } from '../../services/domain/operation.ts';
import { listClusters } from '../../services/store/clusters.ts';
import { listFederations } from '../../services/store/federations.ts';
import { listFleets } from '../../services/store/fleets.ts';
import { claimOperation, expireLeases, listLostJobs } from '../../services/store/leases.ts';
import { listOperations } from '../../services/store/operations.ts';
import { requeueOperation } from '../../services/store/retry-operation.ts';
import { finishOperation, type Outcome, waitForChildren } from '../../services/store/settle-operation.ts';
import { leaseOf } from '../store/fixtures.ts';
import { clusterRequest, fleetRequest, openTestApplication, type TestApplication } from './fixtures.ts';
import { walkAll } from './walk.ts';

// What somebody may be told who asks at a bad moment.
const refusals = new Set([
  'conflict',
  'in-use',
  'lease-lost',
  'illegal-transition',
  'name-taken',
  'not-found',
  'validation',
]);

const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];
const names = ['one', 'two', 'three'];
const member = (name: string) => clusterRequest({ name, tags: { round: pick(['a', 'b']) ?? '' } });
const document = () =>
  fleetRequest({ clusters: names.slice(0, 1 + Math.floor(Math.random() * 3)).map(member), prune: Math.random() < 0.5 });

const wishes: ((change: Change, operationId: string) => Promise<unknown>)[] = [
  (change) => applyFleet(change, { idOrName: 'pair', request: document() }),
  (change) => applyFleet(change, { idOrName: 'pair', request: document() }),
  (change) => applyCluster(change, { idOrName: 'web', request: member('web') }),
  (change) => deleteFleet(change, { idOrName: 'pair' }),
  (change) => deleteCluster(change, { idOrName: pick(['web', ...names]) ?? '' }),
  (change, id) => cancelOperation(change, id),
  (change, id) => retryOperation(change, id),
];

async function askOnce({ change, work }: TestApplication): Promise<void> {
  const { items } = await work((tx) => listOperations(tx, { limit: 30, order: 'desc' }));
  const wish = pick(wishes);
  if (wish !== undefined) await change((unit) => wish(unit, pick(items)?.id ?? 'op_none'));
}

async function workOnce({ store }: TestApplication): Promise<void> {
  const job = pick(await store.asSystem((tx) => listLostJobs(tx)));
  if (job === undefined) return;
  const vanishes = Math.random() < 0.15;
  const leaseSeconds = vanishes ? 0 : 30;
  const claimed = await store.asSystem((tx) =>
    claimOperation(tx, { id: job.operationId, owner: 'storm', leaseSeconds }),
  );
  if (claimed === undefined || vanishes) return;
  const lease = leaseOf(claimed);
  const { state } = claimed;
  if (claimed.resourceKind === 'fleet' && state === 'running') {
    await store.asSystem((tx) => waitForChildren(tx, lease));
    return;
  }
  if (state === 'running' && Math.random() < 0.1) {
    const error = { code: 'throttled', message: '' };
    await store.asSystem((tx) => requeueOperation(tx, { ...lease, delaySeconds: 0, error }));
    return;
  }
  const outcomes: Outcome[] =
    state === 'cancelling' ? ['cancelled', 'succeeded'] : ['succeeded', 'succeeded', 'failed', 'needs_attention'];
  await store.asSystem((tx) => finishOperation(tx, { ...lease, outcome: pick(outcomes) ?? 'succeeded' }));
}

async function settleAll(test: TestApplication): Promise<void> {
  await test.store.asSystem((tx) => expireLeases(tx));
  await walkAll(test);
}

test('after any storm of wishes, documents bring everything about and deletions take it away (findings 1, 9, 10, 17)', async (t) => {
  const test = await openTestApplication(t);
  const { change, work, store } = test;
  const faults: unknown[] = [];
  const repeat = async (times: number, act: () => Promise<unknown>): Promise<void> => {
    for (let index = 0; index < times; index++) {
      await act().catch((error: unknown) => {
        if (!(error instanceof FleetyardError && refusals.has(error.code))) faults.push(error);
      });
    }
  };
  for (let round = 0; round < 4; round++) {
    await Promise.all([
      ...Array.from({ length: 3 }, () => repeat(25, () => askOnce(test))),
      ...Array.from({ length: 3 }, () => repeat(50, () => workOnce(test))),
      repeat(20, () => store.asSystem((tx) => expireLeases(tx))),
    ]);
    await settleAll(test);
    t.same(faults, [], 'nothing but refusals was said');
    const { items } = await work((tx) => listOperations(tx, { limit: 2_000 }));
    t.same(
      items.filter(({ state }) => !isSettled(state)),
      [],
      'every operation ended',
    );

    const wanted = fleetRequest({ clusters: names.map((name) => clusterRequest({ name })) });
    const applyAll = async () => [
      await change((unit) => applyFleet(unit, { idOrName: 'pair', request: wanted })),
      await change((unit) => applyCluster(unit, { idOrName: 'web', request: clusterRequest() })),
    ];
    await applyAll();
    await settleAll(test);
    const states = (await applyAll()).map(({ operation }) => operation);
    t.same(states, [null, null], 'one document more brings everything about');
    const clusters = (await work((tx) => listClusters(tx, { limit: 100 }))).items;
    const fleets = (await work((tx) => listFleets(tx, { limit: 100 }))).items;
    const federations = (await work((tx) => listFederations(tx, { limit: 100 }))).items;
    t.same([...clusters, ...fleets, ...federations].map(({ name, phase }) => `${name} ${phase}`).toSorted(), [
      'one ready',
      'pair ready',
      'pair ready',
      'three ready',
      'two ready',
      'web ready',
    ]);
    if (round % 2 === 0) continue;
    await change((unit) => deleteFleet(unit, { idOrName: 'pair' }));
    await change((unit) => deleteCluster(unit, { idOrName: 'web' }));
    await settleAll(test);
    t.same((await work((tx) => listClusters(tx, { limit: 100 }))).items, [], 'and a deletion takes it away');
    t.same((await work((tx) => listFleets(tx, { limit: 100 }))).items, []);
    t.same((await work((tx) => listFederations(tx, { limit: 100 }))).items, []);
  }
});
