import { test, type Test } from 'tap';
import { getFederation } from '../../services/store/federations.ts';
import { listEvents } from '../../services/store/events.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import type { Store } from '../../services/store/open-store.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import type { HeldOperations } from '../../services/worker/run-operation.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { startWorker } from '../../services/worker/start-worker.ts';
import { sweepOnce } from '../../services/worker/sweeps/run-sweeps.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext, testRoom } from '../helpers/worker.ts';
import { openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

const read = (store: Store, id: string): Promise<OperationRow> => store.asSystem((tx) => getOperation(tx, id));

async function prepare(t: Test, change: Partial<WorkerContext> = {}) {
  const hub = await startTestHub(t);
  const fixture = await openTestStore(t);
  const { context, redis } = await createWorkerContext(t, fixture.store, change);
  const operation = await fixture.work((tx) => addFederation(tx, hub));
  const held: HeldOperations = new Map();
  return { hub, fixture, store: fixture.store, context, redis, operation, held };
}

test('an operation is claimed, walked and finished, and its resource carries what was observed', async (t) => {
  const { store, context, operation, held, hub } = await prepare(t);
  hub.members.set('one', true);
  await runOperation(context, held, operation.id);
  t.equal((await read(store, operation.id)).state, 'succeeded');
  const federation = await store.asSystem((tx) => getFederation(tx, operation.resourceId));
  t.match(federation, { phase: 'ready', observedGeneration: 1, status: { kubernetesVersion: 'v1.34.3', members: 1 } });
  t.equal(held.size, 0);
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: operation.id }));
  t.same(
    events.map((event) => event.seq),
    events.map((_, index) => index + 1),
    'events are numbered without gaps',
  );
  t.notMatch(JSON.stringify(events), 'hub-token');
});

test('a hub that is away is tried again by itself, with a bounded count, then the operation fails with advice', async (t) => {
  const { store, context, operation, held, hub } = await prepare(t);
  hub.failWith = 503;
  await runOperation(context, held, operation.id);
  t.match(await read(store, operation.id), {
    state: 'queued',
    retries: 1,
    attempt: 2,
    error: { class: 'unreachable' },
  });
  for (let round = 0; round < 6; round += 1) await runOperation(context, held, operation.id);
  t.match(await read(store, operation.id), {
    state: 'failed',
    retries: 6,
    error: { class: 'unreachable', advice: /Check the network/ },
  });
});

test('a refused credential is not tried again', async (t) => {
  const { store, context, operation, held, hub } = await prepare(t);
  hub.failWith = 403;
  await runOperation(context, held, operation.id);
  t.match(await read(store, operation.id), { state: 'failed', retries: 0, error: { class: 'credentials' } });
});

test('two workers at once run an operation once', async (t) => {
  const { store, context, operation, hub } = await prepare(t);
  await Promise.all([1, 2, 3, 4].map(() => runOperation(context, new Map(), operation.id)));
  t.match(await read(store, operation.id), { state: 'succeeded', fence: 2 });
  t.equal(hub.calls.filter((call) => call.includes('/clusters')).length, 1);
});

test('a worker whose lease ran out writes nothing any more, and the next claim has a higher fence', async (t) => {
  const { store, context, operation, held, hub } = await prepare(t);
  hub.failWith = 0;
  const late = runOperation(context, held, operation.id);
  await waitFor('the hub to be asked', () => hub.calls.length > 0);
  const { fence } = await read(store, operation.id);
  await store.asSystem(
    (tx) => tx.sql`update operations set lease_until = now() - interval '1 second' where id = ${operation.id}`,
  );
  await sweepOnce(context);
  const interrupted = await read(store, operation.id);
  t.match(interrupted, { state: 'interrupted', leaseOwner: null });
  t.ok(interrupted.fence > fence);
  hub.failWith = undefined;
  await runOperation(context, new Map(), operation.id);
  const finished = await read(store, operation.id);
  t.equal(finished.state, 'succeeded');
  held.get(operation.id)?.beat();
  await waitFor('the late worker to notice', () => held.get(operation.id)?.lost.aborted);
  hub.dropCallers();
  await late;
  t.same(await read(store, operation.id), finished, 'the late worker changed nothing');
});

test('a failure that may pass is tried again although the worker is about to stop', async (t) => {
  const { store, context, operation, held, hub } = await prepare(t);
  hub.failWith = 0;
  const running = runOperation(context, held, operation.id);
  await waitFor('the hub to be asked', () => hub.calls.length > 0);
  held.get(operation.id)?.handOver();
  hub.dropCallers();
  await running;
  t.match(await read(store, operation.id), { state: 'queued', retries: 1, error: { class: 'unreachable' } });
});

test('a worker that starts finds what Redis lost, and a worker that stops leaves nothing running', async (t) => {
  const { store, context, redis, operation } = await prepare(t);
  let rounds = 0;
  const worker = await startWorker(context, {
    redisUrl: redis.url,
    prefix: redis.prefix,
    ...testRoom,
    sweepSeconds: 0.05,
    async onRound() {
      rounds += 1;
      if (rounds === 1) throw new Error('no file could be written');
    },
  });
  await waitFor('the operation to be found', async () => (await read(store, operation.id)).state === 'succeeded');
  await waitFor('a sign of life after each round, one that fails included', () => rounds > 2);
  await worker.drain(1);
  await worker.close();
  t.same(await context.queue.countJobs(), { waiting: 0, active: 0, delayed: 0 });
});
