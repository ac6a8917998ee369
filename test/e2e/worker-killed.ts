import { test, type Test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { findMarkedProcesses } from '../../services/engine/processes.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const leaseSeconds = 4;

/** Kills a worker while the cloud is making a resource of the type, lets the cloud finish, and has another worker go on. */
async function killDuring(t: Test, type: string): Promise<void> {
  const service = await startTestService(t, { leaseSeconds });
  const { client, simulator } = service;
  const account = await service.addCredential('mine', 'aws');
  const gate = await simulator.setFault(account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const first = await service.startWorker();
  const body = buildCluster('eks', 'one', 'mine');
  const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
  const id = operation?.id ?? '';
  await waitFor('the cloud to hold the create', async () => (await simulator.listFaults(account))[0]?.count === 0, {
    timeoutMs: 120_000,
  });
  t.ok((await findMarkedProcesses((key) => key.startsWith(`${id}.`))).length > 0, 'a runner is at work');

  process.kill(first.pid, 'SIGKILL');
  await service.startWorker();
  await waitFor(
    'another worker to take over',
    async () => {
      const events = unwrap(
        await client.GET('/v1/operations/{operation}/events', {
          params: { path: { operation: id } },
          headers: { accept: 'application/json' },
        }),
      );
      if (typeof events === 'string') throw new Error('the events came as a stream');
      return events.items.some((event) => event.type === 'state' && event.data['from'] === 'interrupted');
    },
    { timeoutMs: 60_000 },
  );
  await simulator.release(account, gate.id);

  const done = await service.awaitOperation(id);
  t.equal(done.state, 'succeeded', `${JSON.stringify(done.error)}\n${await service.readLogs()}`);
  t.same(await listDuplicates(simulator, account), [], 'nothing was made twice');
  t.same(await findMarkedProcesses((key) => key.startsWith(`${id}.`)), [], 'no process is left');

  const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path: { cluster: cluster.id } } }));
  t.equal((await service.awaitOperation(deletion.operation?.id ?? '')).state, 'succeeded');
  t.same(await simulator.listResources(account), [], 'nothing is orphaned');
}

test('a worker that is killed while a VPC is made: another adopts it by its tag', (t) =>
  killDuring(t, 'aws:ec2/vpc:Vpc'));

test('a worker that is killed while the control plane is made: another adopts it by its name and waits for it', (t) =>
  killDuring(t, 'aws:eks/cluster:Cluster'));
