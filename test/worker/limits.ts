// Nothing goes on for ever: steps have deadlines, lost workers are counted, and a hand-over uses up nothing.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { deathsAllowed } from '../../services/domain/accounting.ts';
import { engineErrorRules } from '../../services/domain/engine-errors.ts';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { claimOperation } from '../../services/store/leases.ts';
import { getOperation, type OperationRow } from '../../services/store/operations.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import { listSteps } from '../../services/store/steps.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import type { HeldOperations } from '../../services/worker/run-operation.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { sweepOnce } from '../../services/worker/sweeps/run-sweeps.ts';
import { addCluster, openTestApplication } from '../changes/fixtures.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

async function openFederation(t: Test, change: Partial<WorkerContext> = {}) {
  const hub = await startTestHub(t);
  const fixture = await openTestStore(t);
  const { context } = await createWorkerContext(t, fixture.store, change);
  const { id } = await fixture.work((tx) => addFederation(tx, hub));
  const read = (): Promise<OperationRow> => fixture.work((tx) => getOperation(tx, id));
  return { ...fixture, hub, context, id, read };
}

/** An engine that hears nothing and never ends by itself. */
async function makeDeafEngine(t: Test): Promise<Partial<WorkerContext['engine']>> {
  const binary = join(await createTestDirectory(t), 'pulumi');
  await writeFile(binary, '#!/bin/sh\nexec sleep 600\n');
  await chmod(binary, 0o755);
  return { binary, simulatorUrl: 'http://127.0.0.1:1', cancelGrace: 100 };
}

test('a hub that keeps a step waiting is not waited for beyond the deadline, as often as its class allows', async (t) => {
  const { hub, context, id, read, work } = await openFederation(t, { deadlineScale: 0.0005 });
  hub.failWith = 0;
  await runOperation(context, new Map(), id);
  t.match(await read(), { state: 'queued', retriesByClass: { deadline: 1 }, error: { code: 'deadline' } });
  for (let round = 0; round < engineErrorRules.deadline.retries; round += 1) await runOperation(context, new Map(), id);
  t.match(await read(), {
    state: 'failed',
    retriesByClass: { deadline: engineErrorRules.deadline.retries },
    error: { class: 'deadline', advice: /longer than any/, tried: { retries: { deadline: 2 } } },
  });
  t.match(await work((tx) => listSteps(tx, id)), [{ state: 'failed', error: { class: 'deadline' } }]);
  hub.dropCallers();
  hub.failWith = undefined;
  await work((tx) => retryOperation(tx, id));
  await runOperation(context, new Map(), id);
  t.match(await read(), { state: 'succeeded', retriesByClass: {} }, 'a person starts all anew');
});

test('an operation that loses its worker again and again is put at rest, with the calls that lead out', async (t) => {
  const { context, id, read, store, work } = await openFederation(t);
  const die = async (): Promise<void> => {
    await store.asSystem((tx) => claimOperation(tx, { id, owner: 'dying', leaseSeconds: 0 }));
    await sweepOnce(context);
  };
  for (let death = 1; death <= deathsAllowed; death += 1) {
    await die();
    t.match(await read(), { state: 'interrupted', deaths: death });
  }
  await runOperation(context, new Map(), id);
  t.match(await read(), {
    state: 'needs_attention',
    error: {
      code: 'worker-lost',
      message: /^5 workers/,
      tried: { deaths: deathsAllowed, retries: {} },
      wayOut: [{ method: 'POST', path: `/v1/operations/${id}/retry` }],
    },
  });
  const retried = await work((tx) => retryOperation(tx, id));
  t.match(retried, { state: 'queued', deaths: 0 });
  await runOperation(context, new Map(), id);
  t.match(await read(), { state: 'succeeded' });
});

test('an operation may be handed over at any number of deploys', async (t) => {
  const test = await openTestApplication(t);
  const { context } = await createWorkerContext(t, test.store);
  const engine = { ...context.engine, ...(await makeDeafEngine(t)) };
  const { operation } = await addCluster(test);
  const id = operation?.id ?? '';
  for (let deploy = 1; deploy <= deathsAllowed + 2; deploy += 1) {
    const held: HeldOperations = new Map();
    const running = runOperation({ ...context, engine }, held, id);
    await waitFor('a runner at work', async () => {
      return held.has(id) && (await findMarkedProcesses((key) => key.startsWith(`${id}.`))).length > 0;
    });
    held.get(id)?.handOver();
    await running;
    t.match(await test.work((tx) => getOperation(tx, id)), {
      state: 'interrupted',
      attempt: deploy + 1,
      retries: 0,
      deaths: 0,
    });
  }
});

test('an engine that does not stop at its deadline is killed, and that is bounded, too', async (t) => {
  const test = await openTestApplication(t);
  const { context } = await createWorkerContext(t, test.store, { deadlineScale: 0.0005 });
  const engine = { ...context.engine, ...(await makeDeafEngine(t)) };
  const { operation } = await addCluster(test);
  const id = operation?.id ?? '';
  const run = async (): Promise<OperationRow> => {
    await runOperation({ ...context, engine }, new Map(), id);
    return test.work((tx) => getOperation(tx, id));
  };
  t.match(await run(), { state: 'interrupted', deaths: 1 });
  for (let round = 2; round < deathsAllowed; round += 1) await run();
  t.match(await run(), {
    state: 'needs_attention',
    deaths: deathsAllowed,
    error: { code: 'worker-lost', message: /past its deadline/, stands: [{ layer: 'network' }] },
  });
});
