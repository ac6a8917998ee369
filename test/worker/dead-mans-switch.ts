// The dead man's switch alone: the database swallows everything and the worker stands still, so that nobody else can end the runner.
import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getOperation } from '../../services/store/operations.ts';
import { createFakePulumi } from '../helpers/fake-pulumi.ts';
import { waitFor } from '../helpers/wait.ts';
import { addCluster, buildSpec } from '../store/fixtures.ts';
import { up } from './engine-bench.ts';
import { startBehindDoors } from './worker-process.ts';

const isStopped = async (pid: number): Promise<boolean> =>
  /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));

test('finding 6: a runner whose worker is frozen, and whose database is cut, ends itself and its engine', async (t) => {
  const fake = await createFakePulumi(t);
  await fake.onCall('up', 'sleep 600');
  // Long enough for a runner to start on a busy machine.
  const lease = { FLEETYARD_LEASE_SECONDS: '6' };
  const environment = { ...lease, FLEETYARD_PULUMI: fake.binary, FLEETYARD_SIMULATOR_URL: 'http://127.0.0.1:1' };
  const { child, doors, store, projectId, output } = await startBehindDoors(t, { environment });
  t.teardown(() => (t.passing() ? undefined : process.stderr.write(output())));
  const { id } = await store.asProject(projectId, async (tx) => {
    const { id: resourceId, credentialId } = await addCluster(tx, 'one');
    const input = {
      v: 1,
      resource: 'cluster',
      spec: buildSpec('one'),
      credentialId,
      federationId: null,
      simulated: true,
    } as const;
    return insertOperation(tx, {
      resourceKind: 'cluster',
      resourceId,
      kind: 'create',
      generation: 1,
      input,
      steps: [up],
    });
  });
  const findProcesses = () => findMarkedProcesses((key) => key.startsWith(`${id}.`));
  const calls: string[] = [];
  await waitFor(
    'the engine to run',
    async () => {
      calls.push(...(await fake.takeCalls()));
      return calls.includes('up');
    },
    { timeoutMs: 120_000 },
  );
  const pid = child.pid ?? 0;
  doors.database.block();
  process.kill(pid, 'SIGSTOP');
  await waitFor('the worker to stand still', () => isStopped(pid));
  t.ok((await findProcesses()).length > 1, 'the runner and its engine outlive that moment');
  await waitFor('all of them to end', async () => (await findProcesses()).length === 0, { timeoutMs: 20_000 });
  t.ok(await isStopped(pid), 'nobody else did it');
  t.equal((await store.asSystem((tx) => getOperation(tx, id))).state, 'running', 'and nobody has taken over');
});
