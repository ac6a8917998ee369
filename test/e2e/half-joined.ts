// A join that stops half-way: what it made is gone on with, or goes with the cluster, and nothing stays in member or hub.
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';

const MEMBER = 'kubernetes:cluster.karmada.io/v1alpha1:Cluster';

test('a join that a hub breaks off is gone on with, and one that is given up leaves nothing', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  const cloud = await service.addCredential('cloud', 'gcp');
  const hub = await service.addCredential('hub', 'kubernetes');
  const federation = { name: 'main', engine: 'karmada' as const, hub: { credential: 'hub' } };
  const made = unwrap(await client.POST('/v1/federations', { body: federation }));
  await service.awaitOperation(made.operation?.id ?? '');
  const listHub = async () => (await simulator.listResources(hub)).map(({ name }) => name).sort();

  // The Secrets stand then, and the Cluster does not.
  const fault = await simulator.setFault(hub, { kind: 'throttle', type: MEMBER });
  const body = { ...buildCluster('gke', 'web', 'cloud'), federation: 'main' };
  const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
  const broken = await service.awaitOperation(operation?.id ?? '');
  t.match(broken, { state: 'failed', error: { class: 'throttled' } });
  t.match((await listHub()).join(), /web-[0-9a-z]{10}-impersonator/, 'the join is half made');

  await t.test('a retry goes on with it', async (t) => {
    await simulator.release(hub, fault.id);
    const path = { operation: broken.id };
    unwrap(await client.POST('/v1/operations/{operation}/retry', { params: { path } }));
    const second = await service.awaitOperation(broken.id);
    t.equal(second.state, 'succeeded', JSON.stringify(second.error));
    t.same(await listDuplicates(simulator, hub), []);
  });

  await t.test('the next one is given up', async (t) => {
    await simulator.setFault(hub, { kind: 'throttle', type: MEMBER });
    const next = unwrap(await client.POST('/v1/clusters', { body: { ...body, name: 'next' } }));
    t.equal((await service.awaitOperation(next.operation?.id ?? '')).state, 'failed');
    for (const { id } of [next.cluster, cluster]) {
      const path = { cluster: id };
      const { operation: deletion } = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path } }));
      const deleted = await service.awaitOperation(deletion?.id ?? '');
      t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
    }
    t.same(await listHub(), ['karmada-cluster'], 'the namespace that all members share');
    t.same(await simulator.listResources(cloud), []);
  });
});
