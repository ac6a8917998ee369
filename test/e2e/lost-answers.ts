import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

test('what a cloud made although nobody saw it is adopted, not made twice and not left behind', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  const account = await service.addCredential('mine', 'aws');
  const create = async (name: string): Promise<{ id: string; operation: string }> => {
    const { cluster, operation } = unwrap(
      await client.POST('/v1/clusters', { body: buildCluster('eks', name, 'mine') }),
    );
    return { id: cluster.id, operation: operation?.id ?? '' };
  };
  const destroy = async (cluster: string): Promise<string> =>
    unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path: { cluster } } })).operation?.id ?? '';

  await t.test('an answer that got lost: the operation is tried again by itself and ends well', async (t) => {
    await simulator.setFault(account, { kind: 'timeout-after-create', type: 'aws:ec2/vpc:Vpc', count: 1 });
    const { id, operation } = await create('lost');
    const done = await service.awaitOperation(operation);
    t.match(done, { state: 'succeeded', attempt: 2 }, JSON.stringify(done.error));
    t.same(await listDuplicates(simulator, account), []);
    t.equal((await simulator.listResources(account, 'aws:ec2/vpc:Vpc')).length, 1);
    t.equal((await service.awaitOperation(await destroy(id))).state, 'succeeded');
    t.same(await simulator.listResources(account), []);
  });

  await t.test('a delete during a create cancels it, waits for the engine, and leaves nothing', async (t) => {
    const gate = await simulator.setFault(account, {
      kind: 'slow-create',
      type: 'aws:ec2/natGateway:NatGateway',
      count: 1,
      until: 'released',
    });
    const { id, operation } = await create('unwanted');
    await waitFor(
      'the cloud to hold the create',
      async () => (await simulator.listFaults(account)).find((fault) => fault.id === gate.id)?.count === 0,
      { timeoutMs: 120_000 },
    );
    const deletion = await destroy(id);
    await waitFor(
      'the cancel to be asked for',
      async () => (await service.getOperation(operation)).state !== 'running',
    );
    await simulator.release(account, gate.id);
    t.equal((await service.awaitOperation(operation)).state, 'cancelled');
    const deleted = await service.awaitOperation(deletion);
    t.equal(deleted.state, 'succeeded', `${JSON.stringify(deleted.error)}\n${await service.readLogs()}`);
    t.same(await simulator.listResources(account), []);
    t.same(await listDuplicates(simulator, account), []);
  });
});
