import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { listSteps } from '../../services/store/steps.ts';
import { readMonotonicClock } from '../../services/engine/monotonic-clock.ts';
import { createRedactor } from '../../services/vault/redact.ts';
import { keepLease } from '../../services/worker/hold-lease.ts';
import { storeVerdict } from '../../services/worker/steps/store-verdict.ts';
import { listEvents } from '../../services/store/events.ts';
import { requestCancel } from '../../services/store/cancel-operation.ts';
import { retryOperation } from '../../services/store/retry-operation.ts';
import { getOrCreateStack, listStacks } from '../../services/store/stacks.ts';
import type { Step } from '../../services/domain/steps.ts';
import { sweepWorkFolders } from '../../services/worker/sweeps/sweep-left-overs.ts';
import { waitFor } from '../helpers/wait.ts';
import { claim, leaseOf } from '../store/fixtures.ts';
import { createBench, destroy, secret, up } from './engine-bench.ts';

test('an orderly step leaves its stack settled; during it the stack is marked', async (t) => {
  const { ask, run, readHealth, fake } = await createBench(t);
  await fake.onCall('up', '[ -f "$0.go" ] || { touch "$0.seen"; while [ ! -f "$0.go" ]; do sleep 0.05; done; }');
  const id = await ask('create', up);
  const running = run(id);
  await waitFor('the engine to be asked', () => stat(`${fake.binary}.seen`).catch(() => undefined));
  t.match(await readHealth(), { unsettled: { operationId: id, fence: 1 }, doubtful: [] });
  await writeFile(`${fake.binary}.go`, '');
  t.match(await running, { state: 'succeeded' });
  t.same(await readHealth(), { unsettled: null, doubtful: [] });
  t.same(await fake.takeCalls(), ['stack export', 'up'], 'nothing is looked at that was settled');
});

test('finding 2a: a recovery that fails before the lock is cleared is tried again, lock first', async (t) => {
  const { ask, run, readHealth, fake } = await createBench(t);
  const id = await ask('create', up);
  await fake.onCall('up', 'kill -9 $PPID');
  t.match(await run(id), { state: 'interrupted' });
  await fake.onCall('up', undefined);
  await fake.onCall('cancel', 'echo "error: connection refused" >&2; exit 255');
  await fake.takeCalls();
  t.match(await run(id), { state: 'queued', error: { class: 'unreachable' } });
  t.same(await fake.takeCalls(), ['stack export', 'cancel'], 'nothing ran behind the lock');
  t.match(await readHealth(), { unsettled: { operationId: id } });
  await fake.onCall('cancel', undefined);
  t.match(await run(id), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'up'], 'the claim from "queued" recovers as well');
  t.match(await readHealth(), { unsettled: null });
});

test('finding 2b: an engine that is killed died; it did not fail', async (t) => {
  const { ask, run, readHealth, fake, store } = await createBench(t);
  const id = await ask('create', up);
  await fake.onCall('up', 'kill -9 $$');
  t.match(await run(id), { state: 'interrupted' });
  t.match(await readHealth(), { unsettled: { operationId: id } });
  const events = await store.asSystem((tx) => listEvents(tx, { operationId: id }));
  t.match(events.at(-1)?.data, { to: 'interrupted', reason: /SIGKILL/ });
  await fake.onCall('up', undefined);
  await fake.takeCalls();
  t.match(await run(id), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'up']);
});

test('finding 2c: after "needs attention" a retry and a delete look at the stack first', async (t) => {
  const { ask, run, fake, store, work, readHealth } = await createBench(t);
  const giveUp = () => store.asSystem((tx) => tx.sql`update operations set state = 'needs_attention' where id = ${id}`);
  const id = await ask('create', up);
  await fake.onCall('up', 'kill -9 $$');
  t.match(await run(id), { state: 'interrupted' });
  await giveUp();
  await fake.takeCalls();
  await work((tx) => retryOperation(tx, id));
  t.match(await run(id), { state: 'interrupted' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'up']);
  t.match(await readHealth(), { unsettled: { operationId: id } });
  await giveUp();
  const deletion = await ask('delete', destroy);
  t.match(await run(deletion), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'stack rm']);
});

test('finding 2d: a cancel just before the recovering runner starts does not forget the stack', async (t) => {
  const { ask, run, fake, work, readHealth } = await createBench(t);
  const id = await ask('create', up);
  await fake.onCall('up', 'kill -9 $PPID');
  t.match(await run(id), { state: 'interrupted' });
  await fake.takeCalls();
  await work((tx) => requestCancel(tx, id));
  t.match(await run(id), { state: 'cancelled' });
  t.same(
    await fake.takeCalls(),
    ['stack export', 'cancel', 'refresh'],
    'it was put right before it counts as cancelled',
  );
  t.match(await readHealth(), { unsettled: null });
});

test('finding 2d: a cancelled operation whose stack could not be put right leaves the mark to the next', async (t) => {
  const { ask, run, fake, work, readHealth } = await createBench(t);
  const id = await ask('create', up);
  await fake.onCall('up', 'kill -9 $PPID');
  await run(id);
  await work((tx) => requestCancel(tx, id));
  await fake.onCall('cancel', 'echo "error: connection refused" >&2; exit 255');
  t.match(await run(id), { state: 'cancelled' });
  t.match(await readHealth(), { unsettled: { operationId: id } });
  await fake.onCall('cancel', undefined);
  const deletion = await ask('delete', destroy);
  await fake.takeCalls();
  t.match(await run(deletion), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'stack rm']);
});

test('finding 5: a second delete skips what was destroyed, and its outputs stand for nothing', async (t) => {
  const { ask, run, fake, work, store, clusterId } = await createBench(t);
  const layer = (step: Step, name: 'cluster' | 'membership') => ({ ...step, layer: name }) as Step;
  t.match(await run(await ask('create', up, layer(up, 'cluster'))), { state: 'succeeded' });
  // A membership that stood, as the fake cannot make one.
  const wanted = { clusterId, layer: 'membership', home: 'simulated', name: `${clusterId}-membership` } as const;
  await store.asSystem(async (tx) => {
    const { id } = await getOrCreateStack(tx, wanted);
    await tx.sql`update stacks set destroyed_at = now() where id = ${id}`;
  });
  await fake.setDeployment({ version: 3, deployment: { resources: [{ urn: 'urn:x', type: 'pulumi:pulumi:Stack' }] } });
  await fake.onCall('stack rm', undefined);
  const first = await ask('delete', layer(destroy, 'membership'), layer(destroy, 'cluster'), destroy);
  await fake.onCall(
    'destroy',
    `[ -f "$0.cluster" ] && { echo 'error: ValidationError' >&2; exit 255; }; touch "$0.cluster"`,
  );
  t.match(await run(first), { state: 'failed', error: { class: 'invalid' } });
  t.match(await work((tx) => listStacks(tx, clusterId)), [
    { layer: 'network', deployedAt: Date, destroyedAt: null },
    { layer: 'cluster', deployedAt: null, destroyedAt: Date },
    { layer: 'membership', deployedAt: null, destroyedAt: Date },
  ]);
  await fake.onCall('destroy', undefined);
  await fake.takeCalls();
  const second = await ask('delete', layer(destroy, 'membership'), layer(destroy, 'cluster'), destroy);
  t.match(await run(second), { state: 'succeeded' });
  t.same(
    (await fake.takeCalls()).filter((call) => call === 'destroy'),
    ['destroy'],
    'the network alone was left',
  );
});

test('finding 5: from an "up" on, something of a destroyed stack may stand again', async (t) => {
  const { ask, run, fake, store, work, clusterId } = await createBench(t);
  t.match(await run(await ask('create', up)), { state: 'succeeded' });
  await store.asSystem((tx) => tx.sql`update stacks set destroyed_at = now(), deployed_at = null`);
  await fake.onCall('up', 'kill -9 $PPID');
  t.match(await run(await ask('create', up)), { state: 'interrupted' });
  t.match(await work((tx) => listStacks(tx, clusterId)), [{ deployedAt: null, destroyedAt: null }]);
});

test('finding 7: temporary files of a step lie in its own folder and go with it', async (t) => {
  const { ask, run, fake, context } = await createBench(t);
  await fake.onCall(
    'up',
    'umask 022; echo secret > "$TMPDIR/automation-1"; ls -ld "$TMPDIR" > "$0.tmp"; kill -9 $PPID',
  );
  t.match(await run(await ask('create', up)), { state: 'interrupted' });
  const line = await readFile(`${fake.binary}.tmp`, 'utf8');
  t.match(line, /^drwx------/);
  t.match(line, context.engine.workDir);
  t.same(await readdir(join(context.engine.workDir, 'steps')), []);
});

test('finding 7: folders of dead steps are swept, those of held ones stay', async (t) => {
  const { ask, context, store, clusterId } = await createBench(t);
  const id = await ask('create', up);
  await store.asSystem(
    (tx) =>
      tx.sql`update operations set state = 'running', fence = 3, lease_until = now() + interval '1 hour' where id = ${id}`,
  );
  const make = (...names: string[]) => mkdir(join(context.engine.workDir, ...names), { recursive: true });
  await make('steps', `${id}.3`);
  await make('steps', `${id}.2`, 'tmp');
  await make('kubeconfigs', clusterId);
  await make('kubeconfigs', 'cl_gone');
  await sweepWorkFolders(context);
  t.same(await readdir(join(context.engine.workDir, 'steps')), [`${id}.3`]);
  t.same(await readdir(join(context.engine.workDir, 'kubeconfigs')), [clusterId]);
});

test('finding 15: what a dying runner wrote to its standard error is redacted', async (t) => {
  const { context, clusterId, ask, store } = await createBench(t);
  const id = await ask('create', up);
  const operation = await claim(store, id);
  const [step] = await store.asSystem((tx) => listSteps(tx, id));
  const lease = keepLease(context, leaseOf(operation), {
    cancelRequested: false,
    handOver: new AbortController().signal,
    claimedAt: readMonotonicClock(),
  });
  t.teardown(() => lease.release());
  const redactor = createRedactor();
  redactor.register(secret);
  const verdict = { outcome: 'died', detail: `the runner ended: login with ${secret}` } as const;
  const end = await storeVerdict(context, { operation, step: step!, lease }, { stackId: clusterId, redactor, verdict });
  t.same(end, { outcome: 'died', detail: 'the runner ended: login with [redacted]' });
});

test('a stack that an upgrade or a restore left unmarked by anybody is looked at first', async (t) => {
  const { ask, run, fake, store, clusterId } = await createBench(t);
  const wanted = { clusterId, layer: 'network', home: 'simulated', name: `${clusterId}-network` } as const;
  await store.asSystem(async (tx) => {
    const { id } = await getOrCreateStack(tx, wanted);
    await tx.sql`update stacks set unsettled_at = now() where id = ${id}`;
  });
  t.match(await run(await ask('create', up)), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'up']);
});
