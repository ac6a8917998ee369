import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { buildCluster, listDuplicates, startTestService } from '../helpers/service.ts';

const clouds = { eks: 'aws', aks: 'azure', gke: 'gcp' } as const;

test('a cluster of each provider goes from POST to ready to deleted, and its cloud ends empty', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  for (const provider of ['eks', 'aks', 'gke'] as const) {
    await t.test(provider, async (t) => {
      const account = await service.addCredential(`my-${provider}`, clouds[provider]);
      const body = buildCluster(provider, `one-${provider}`, `my-${provider}`);
      const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
      const created = await service.awaitOperation(operation?.id ?? '');
      t.equal(created.state, 'succeeded', JSON.stringify(created.error));
      const path = { cluster: cluster.id };
      const ready = unwrap(await client.GET('/v1/clusters/{cluster}', { params: { path } }));
      t.match(ready, { phase: 'ready', simulated: true, observedGeneration: 1, status: { simulated: true } });
      const { layers } = unwrap(await client.GET('/v1/clusters/{cluster}/outputs', { params: { path } }));
      t.same(layers.map(({ layer }) => layer).sort(), ['addons', 'cluster', 'network']);
      const kubeconfig = unwrap(await client.GET('/v1/clusters/{cluster}/kubeconfig', { params: { path } }));
      t.match(JSON.stringify(kubeconfig), 'current-context');
      const steps = created.steps.filter((step) => step.kind === 'engine');
      t.same(
        steps.map((step) => step.done),
        steps.map((step) => step.planned),
        'every planned resource was counted',
      );
      const standing = (await simulator.listResources(account)).length;
      t.ok(standing >= steps.reduce((sum, step) => sum + (step.planned ?? 0), 0), `${standing} resources stand`);

      const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path } }));
      const deleted = await service.awaitOperation(deletion.operation?.id ?? '');
      t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
      t.same(await simulator.listResources(account), [], 'nothing is left');
      t.same(await listDuplicates(simulator, account), [], 'nothing was made twice');
      t.equal(
        (await client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: body.name } } })).response.status,
        404,
      );
    });
  }
});
