import { test } from 'tap';
import { isSettled, type OperationState } from '../../services/domain/operation.ts';
import type { OperationKind } from '../../services/domain/operation-kinds.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { claimOperation, expireLeases, listLostJobs } from '../../services/store/leases.ts';
import { finishOperation, waitForChildren } from '../../services/store/settle-operation.ts';
import fc from '../helpers/properties.ts';
import { addCluster, addFleet, addOperation, openTestStore, type TestStore } from './fixtures.ts';
import { commands } from './model/commands.ts';
import { compare, readRows, type Model, type Real } from './model/reference.ts';

/** Resources of one run of commands, each with its first operation. */
async function prepare(test: TestStore, run: number): Promise<Real> {
  return test.work(async (tx) => {
    const fleet = await addFleet(tx, `fleet-${run}`);
    const clusters = [];
    for (let index = 0; index < 3; index += 1) {
      const cluster = await addCluster(tx, `cluster-${run}-${index}`, fleet.id);
      await addOperation(tx, cluster, 'create');
      clusters.push({ kind: 'cluster' as const, id: cluster.id, generation: cluster.generation });
    }
    return { test, clusters, fleet: { kind: 'fleet', id: fleet.id, generation: fleet.generation } };
  });
}

/** A worker that does well takes whatever is left, until nothing is. */
async function workOff({ test: { store }, fleet }: Real): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    await store.asSystem(async (tx) => {
      await tx.sql`update operations set lease_until = clock_timestamp() - interval '1 second' where lease_until is not null`;
      await expireLeases(tx);
    });
    const jobs = await store.asSystem((tx) => listLostJobs(tx));
    if (jobs.length === 0) return;
    for (const { operationId: id } of jobs) {
      await store.asSystem(async (tx) => {
        const claimed = await claimOperation(tx, { id, owner: 'last', leaseSeconds: 60 });
        if (claimed === undefined) return;
        const lease = { operationId: id, fence: claimed.fence };
        if (claimed.resourceId === fleet.id) return waitForChildren(tx, lease);
        return finishOperation(tx, { ...lease, outcome: claimed.state === 'cancelling' ? 'cancelled' : 'succeeded' });
      });
    }
  }
  throw new Error('the work does not end');
}

type Last = { kind: OperationKind; state: OperationState };

async function findLast(tx: Tx, resourceId: string): Promise<Last | undefined> {
  const [last] = await tx.sql<Last[]>`
    select kind, state from operations where resource_id = ${resourceId} order by position desc limit 1
  `;
  return last;
}

/** Whatever state a cluster was left in, it can be asked to go, and goes. */
async function leave(real: Real): Promise<void> {
  const { test, clusters } = real;
  await workOff(real);
  for (const cluster of clusters) {
    const last = await test.work((tx) => findLast(tx, cluster.id));
    if (last?.kind === 'delete' && last.state === 'succeeded') continue;
    const gone = await test.work(async (tx) => {
      const [row] = await tx.sql<{ gone: boolean }[]>`
        select deleted_at is not null as gone from clusters where id = ${cluster.id}
      `;
      if (row?.gone !== true) await addOperation(tx, cluster, 'delete');
      return row?.gone;
    });
    if (gone === true) continue;
    await workOff(real);
    const end = await test.work((tx) => findLast(tx, cluster.id));
    if (end?.state !== 'succeeded') throw new Error(`${cluster.id} cannot be deleted: ${end?.kind} is ${end?.state}`);
  }
  const open = (await readRows(real)).filter(({ state }) => !isSettled(state));
  if (open.length > 0) throw new Error(`${open.map(({ id, state }) => `${id} is ${state}`).join(', ')} for ever`);
}

test('operations and leases keep to the model, whatever people, workers, sweeps and late writers do', async (t) => {
  const store = await openTestStore(t);
  let run = 0;
  let given = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (drawn) => {
      run += 1;
      const real = await prepare(store, run);
      const model: Model = { operations: [] };
      await compare(model, real);
      await fc.asyncModelRun(() => ({ model, real }), drawn);
      given += [...drawn].length;
      await leave(real);
      await compare({ operations: [] }, real);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 50_000, endOnFailure: false },
  );
  t.ok(given > 300, `${given} commands in ${run} runs`);
});
