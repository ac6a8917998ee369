import { test } from 'tap';
import { listEvents } from '../../services/store/events.ts';
import { listSteps } from '../../services/store/steps.ts';
import { createRedactor } from '../../services/vault/redact.ts';
import { followStepEvents } from '../../services/worker/steps/follow-step-events.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addCluster, addOperation, claim, leaseOf, openTestStore } from '../store/fixtures.ts';

test('a runner tells counts and diagnostics; secrets that a cloud repeats do not reach an event', async (t) => {
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store);
  const operation = await work(async (tx) => addOperation(tx, await addCluster(tx, 'one')));
  const lease = leaseOf(await claim(store, operation.id));
  const redactor = createRedactor();
  redactor.register('hunter2-hunter2');
  const follow = followStepEvents(context, lease, { index: 0, layer: 'network' }, redactor);
  follow.onEvent({ type: 'planned', planned: 3 });
  for (let done = 1; done <= 3; done += 1) {
    follow.onEvent({ type: 'resource', op: 'create', resource: `r${done}`, kind: 'k', state: 'done', done });
  }
  follow.onEvent({
    type: 'diagnostic',
    severity: 'error',
    resource: 'r1',
    message: 'login as bob:hunter2-hunter2 failed',
  });
  follow.onEvent({ type: 'recovered', adopted: ['vpc'], cleared: [] });
  await follow.flush();

  const [step] = await store.asSystem((tx) => listSteps(tx, operation.id));
  t.match(step, { planned: 3, done: 3 });
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: operation.id }));
  const diagnostic = events.find((event) => event.type === 'diagnostic');
  t.match(diagnostic?.data, { step: 0, severity: 'error', resource: 'r1', message: 'login as bob:[redacted] failed' });
  t.match(events.find((event) => event.type === 'recovered')?.data, { adopted: ['vpc'], cleared: [] });
  t.notMatch(JSON.stringify(events), 'hunter2');
});

test('a runner whose worker lost the lease changes no step', async (t) => {
  const { store, work } = await openTestStore(t);
  const { context } = await createWorkerContext(t, store);
  const operation = await work(async (tx) => addOperation(tx, await addCluster(tx, 'one')));
  const { operationId, fence } = leaseOf(await claim(store, operation.id));
  const late = { operationId, fence: fence - 1 };
  const follow = followStepEvents(context, late, { index: 0, layer: 'network' }, createRedactor());
  follow.onEvent({ type: 'planned', planned: 3 });
  await follow.flush();
  const [step] = await store.asSystem((tx) => listSteps(tx, operation.id));
  t.equal(step?.planned, null);
});
