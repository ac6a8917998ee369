import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

test('a worker that is told to stop hands its operation over in order, and another goes on', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  const account = await service.addCredential('mine', 'aws');
  const type = 'aws:ec2/internetGateway:InternetGateway';
  const gate = await simulator.setFault(account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const first = await service.startWorker();
  const { operation } = unwrap(await client.POST('/v1/clusters', { body: buildCluster('eks', 'one', 'mine') }));
  const id = operation?.id ?? '';
  await waitFor(
    'the cloud to hold the create',
    async () => (await simulator.listFaults(account)).find((fault) => fault.id === gate.id)?.count === 0,
    { timeoutMs: 120_000 },
  );
  const stopped = first.stop();
  await service.startWorker();
  await simulator.release(account, gate.id);
  await stopped;
  t.same(await first.ended, { expected: true, detail: 'exit code 0' });

  const done = await service.awaitOperation(id);
  t.equal(done.state, 'succeeded', `${JSON.stringify(done.error)}\n${await service.readLogs()}`);
  const events = unwrap(
    await client.GET('/v1/operations/{operation}/events', {
      params: { path: { operation: id } },
      headers: { accept: 'application/json' },
    }),
  );
  if (typeof events === 'string') throw new Error('the events came as a stream');
  const handedOver = events.items.find((event) => event.type === 'state' && event.data['to'] === 'interrupted');
  t.match(handedOver?.data, { from: 'running', reason: 'the worker was told to stop' });
  t.same(await listDuplicates(simulator, account), []);
  t.equal((await simulator.listResources(account, type)).length, 1);
});
