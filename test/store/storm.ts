import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { FleetyardError } from '../../services/domain/errors.ts';
import type { OperationKind } from '../../services/domain/operation-kinds.ts';
import { isSettled } from '../../services/domain/operation.ts';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { listFleetClusters } from '../../services/store/clusters.ts';
import { listEvents } from '../../services/store/events.ts';
import { claimOperation, expireLeases, listLostJobs } from '../../services/store/leases.ts';
import { getOperation, listOperations, type OperationRow } from '../../services/store/operations.ts';
import { requeueOperation, retryOperation } from '../../services/store/retry-operation.ts';
import { finishOperation, waitForChildren, type Outcome } from '../../services/store/settle-operation.ts';
import { recordStep } from '../../services/store/steps.ts';
import type { Tx } from '../../services/store/transaction.ts';
import {
  addCluster,
  addFleet,
  addFleetOperation,
  addOperation,
  leaseOf,
  openTestStore,
  type TestStore,
} from './fixtures.ts';

// What somebody may be told who asks at a bad moment; anything else is a fault of the store.
const expected = new Set(['conflict', 'lease-lost', 'illegal-transition', 'not-found']);

const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

/** A worker that now and then fails, gives up, waits, or vanishes with its lease. */
async function workOnce({ store }: TestStore): Promise<boolean> {
  const job = pick(await store.asSystem((tx) => listLostJobs(tx)));
  if (job === undefined) return false;
  const vanishes = Math.random() < 0.15;
  const leaseSeconds = vanishes ? 0 : 30;
  const claimed = await store.asSystem((tx) =>
    claimOperation(tx, { id: job.operationId, owner: 'storm', leaseSeconds }),
  );
  if (claimed === undefined || vanishes) return true;
  const lease = leaseOf(claimed);
  await store.asSystem((tx) => endSomehow(tx, claimed, lease));
  return true;
}

async function endSomehow(tx: Tx, { resourceKind, state }: OperationRow, lease: ReturnType<typeof leaseOf>) {
  if (resourceKind === 'fleet') return waitForChildren(tx, lease);
  await recordStep(tx, lease, { index: 0, state: 'running' });
  if (state === 'running' && Math.random() < 0.2) {
    return requeueOperation(tx, { ...lease, delaySeconds: 0, error: { code: 'throttled', message: '' } });
  }
  const outcomes: Outcome[] =
    state === 'cancelling' ? ['cancelled', 'succeeded'] : ['succeeded', 'succeeded', 'failed'];
  return finishOperation(tx, { ...lease, outcome: pick(outcomes) ?? 'succeeded' });
}

/** A person who asks for something. */
async function askOnce({ work }: TestStore, fleetIds: readonly string[]): Promise<void> {
  const dice = Math.random();
  if (dice < 0.4) {
    const kind: OperationKind = Math.random() < 0.1 ? 'delete' : 'update';
    await work(async (tx) => {
      const cluster = pick(await listFleetClusters(tx, pick(fleetIds) ?? ''));
      if (cluster !== undefined) await addOperation(tx, cluster, kind);
    });
    return;
  }
  const { items } = await work((tx) => listOperations(tx, { limit: 100, order: 'desc' }));
  const operation = pick(items);
  if (operation === undefined) return;
  await work((tx) => (dice < 0.7 ? requestCancel(tx, operation.id) : retryOperation(tx, operation.id)));
}

test('whatever workers and people do at once, every operation ends and every rule holds', async (t) => {
  const test = await openTestStore(t, { max: 16 });
  const { store, work } = test;
  const fleetIds = await work(async (tx) => {
    const ids: string[] = [];
    for (const name of ['one', 'two']) {
      const fleet = await addFleet(tx, name);
      const parent = await addFleetOperation(tx, fleet);
      for (let index = 0; index < 4; index++) {
        await addOperation(tx, await addCluster(tx, `${name}-${index}`, fleet.id), 'create', parent.id);
      }
      ids.push(fleet.id);
    }
    return ids;
  });
  const faults: unknown[] = [];
  const guard = async (act: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof FleetyardError && expected.has(error.code))) faults.push(error);
      return true;
    }
  };
  const repeat = async (times: number, act: () => Promise<unknown>): Promise<void> => {
    for (let index = 0; index < times; index++) await guard(act);
  };
  const sweep = () => store.asSystem((tx) => expireLeases(tx));
  await Promise.all([
    ...Array.from({ length: 6 }, () => repeat(60, () => workOnce(test))),
    ...Array.from({ length: 3 }, () => repeat(40, () => askOnce(test, fleetIds))),
    repeat(40, sweep),
  ]);

  // Then nobody asks any more, and what is left comes to its end.
  let rounds = 0;
  for (; rounds < 2_000; rounds++) {
    const expired = await sweep();
    const worked = await guard(() => workOnce(test));
    if (worked !== true && expired.length === 0) break;
    if (worked !== true) await delay(1);
  }
  t.same(faults, [], 'nothing but refusals was said');
  const { items } = await work((tx) => listOperations(tx, { limit: 1_000 }));
  t.same(
    items.filter(({ state }) => !isSettled(state)),
    [],
    'every operation ended',
  );
  for (const { id, lastSeq } of items) {
    const events = await work((tx) => listEvents(tx, { operationId: id, limit: 10_000 }));
    const numbers = events.map(({ seq }) => seq);
    if (numbers.length !== lastSeq || numbers.some((seq, index) => seq !== index + 1))
      t.fail(`events of ${id} have gaps`);
    const states = events.filter(({ type }) => type === 'state').map(({ data }) => data);
    for (const [index, { from }] of states.entries()) {
      const before = states[index - 1]?.['to'] ?? null;
      if (from !== before) t.fail(`operation ${id} moved from ${String(from)} while it was ${String(before)}`);
    }
    if (states.at(-1)?.['to'] !== (await work((tx) => getOperation(tx, id))).state)
      t.fail(`events of ${id} miss its end`);
  }
});
