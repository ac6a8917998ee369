// An engine step whose servers go away, or whose preparation hangs: it ends as it went, and in time.
import { stat, writeFile } from 'node:fs/promises';
import pino from 'pino';
import { test } from 'tap';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { updateCluster } from '../../services/store/clusters.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { listEvents } from '../../services/store/events.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import type { Call } from '../../services/domain/ways-out.ts';
import type { OpenState } from '../../services/worker/context.ts';
import { waitFor } from '../helpers/wait.ts';
import { createBench, type EngineBench, up } from './engine-bench.ts';

/** A log that a test can wait for a line of. */
function createLog() {
  const lines: string[] = [];
  return { lines, logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }) };
}

const exists = (path: string) => stat(path).catch(() => undefined);

/** The engine stops at a command until it is told to go on. */
async function stopEngine({ fake }: EngineBench, command: string, then = '') {
  const [seen, go] = [`${fake.binary}.seen`, `${fake.binary}.go`];
  await fake.onCall(command, `touch '${seen}'; while [ ! -f '${go}' ]; do sleep 0.05; done; ${then}`);
  return { seen: () => waitFor('the engine to be asked', () => exists(seen)), go: () => writeFile(go, '') };
}

const ends = {
  succeeds: { then: '', state: 'succeeded', error: null, unsettled: null },
  fails: {
    then: "echo 'error: ValidationError: no' >&2; exit 255",
    state: 'failed',
    error: { class: 'invalid' },
    unsettled: {},
  },
};

for (const [how, { then, state, error, unsettled }] of Object.entries(ends)) {
  test(`the database is away in the moment in which an engine step ${how}`, async (t) => {
    const { lines, logger } = createLog();
    const bench = await createBench(t, { logger, leaseSeconds: 30 });
    const { ask, run, door, store, readHealth } = bench;
    const engine = await stopEngine(bench, 'up', then);
    const id = await ask('create', up);
    const running = run(id);
    await engine.seen();
    await door.shut();
    await engine.go();
    await waitFor('the worker to miss the database', () => lines.some((line) => line.includes('is asked again')));
    await door.reopen();
    t.match(await running, { state, attempt: 1, retries: 0, error });
    t.match(await readHealth(), { unsettled });
    const events = await store.asSystem((tx) => listEvents(tx, { operationId: id }));
    t.same(
      events.filter(({ type }) => type === 'state').map(({ data }) => data['to']),
      ['queued', 'running', state],
    );
  });
}

test('the database is away while an engine step is being prepared', async (t) => {
  const { lines, logger } = createLog();
  const { ask, run, door, context } = await createBench(t, { logger });
  const { openState } = context.engine;
  context.engine.openState = async (holder) => {
    if (door.isOpen()) await door.shut();
    await context.store.ping();
    return openState(holder);
  };
  const running = run(await ask('create', up));
  await waitFor('the worker to miss the database', () => lines.some((line) => line.includes('is asked again')));
  context.engine.openState = openState;
  await door.reopen();
  t.match(await running, { state: 'succeeded', attempt: 1, retries: 0 });
});

test('the preparation of an engine step hangs', async (t) => {
  const { ask, run, context, fake } = await createBench(t, { deadlineScale: 0.005 });
  let closed = 0;
  const { promise, resolve } = Promise.withResolvers<OpenState>();
  context.engine.openState = () => promise;
  t.match(await run(await ask('create', up)), { state: 'queued', error: { class: 'deadline' } }, 'it is cut in time');
  t.same(await fake.takeCalls(), []);
  resolve({ backendUrl: 'postgres://nobody@127.0.0.1:1/none', close: async () => void (closed += 1) });
  await waitFor('what came late to be undone', () => closed === 1);
});

test('a cancel while an engine step is being prepared', async (t) => {
  const { ask, run, context, fake, work } = await createBench(t, { leaseSeconds: 3 });
  const asked = Promise.withResolvers<void>();
  context.engine.openState = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  const id = await ask('create', up);
  const running = run(id);
  await asked.promise;
  await work((tx) => requestCancel(tx, id));
  t.match(await running, { state: 'cancelled' }, 'is not held up');
  t.same(await fake.takeCalls(), []);
});

test('the credential that an operation was asked for with is deleted before it runs', async (t) => {
  const { ask, run, fake, work, clusterId } = await createBench(t);
  const id = await ask('create', up);
  await work(async (tx) => {
    const next = await createCredential(tx, {
      name: 'aws-next',
      provider: 'aws',
      simulated: true,
      attributes: { accountId: '111122223333' },
      secret: { token: 'another' },
    });
    await updateCluster(tx, clusterId, { credentialId: next.id });
    // An earlier release let it go while the operation needed it.
    await tx.sql`update credentials set deleted_at = now(), secret_enc = null where name = 'aws'`;
  });
  const failed = await run(id);
  const message = /^The credential "aws" \(cr_\w+\), with which the operation was asked for, was deleted\.$/;
  t.match(failed, { state: 'failed', error: { class: 'gone', message, advice: /Apply the document/ } });
  const calls = (failed.error?.['wayOut'] as Call[]).map(({ method, path }) => `${method} ${path}`);
  t.equal(calls[0], `PUT /v1/clusters/${clusterId}`, 'the document leads out');
  t.notOk(calls.some((call) => call.endsWith('/retry')));
  const refusal = { code: 'conflict', message: /was deleted since/, wayOut: [{ path: `/v1/clusters/${clusterId}` }] };
  await t.rejects(
    work((tx) => retryOperation(tx, id)),
    refusal,
    'a retry, which would meet the same, is refused',
  );
  t.same(await fake.takeCalls(), []);
});
