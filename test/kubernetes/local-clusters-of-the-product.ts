// A cluster of the product on a real control plane: chosen with its credential, told in its status, upgraded in place, gone without a trace.
import { join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import { findPrograms } from '../helpers/local-clusters.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';

test('a cluster of a credential with local control planes stands on a real Kubernetes', async (t) => {
  const service = await startTestService(t);
  const { client, simulator } = service;
  await service.startWorker();
  const asked = { name: 'mine', provider: 'gcp', simulated: true, controlPlanes: 'local' } as const;
  const credential = unwrap(await client.POST('/v1/credentials', { body: asked }));
  t.equal(credential.controlPlanes, 'local');
  const body = buildCluster('gke', 'one', 'mine');
  const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
  const created = await service.awaitOperation(operation?.id ?? '');
  t.equal(created.state, 'succeeded', JSON.stringify(created.error));
  t.match(await simulator.listAccounts(), [{ id: credential.id, controlPlanes: 'local' }]);
  const path = { cluster: cluster.id };
  const { status } = unwrap(await client.GET('/v1/clusters/{cluster}', { params: { path } }));
  t.match(status, {
    simulated: true,
    simulation: { controlPlanes: 'local', kubernetesVersion: /^v?1\.34\.\d+$/ },
    endpoint: /^https:\/\/127\.(?!0\.0\.1:)/,
  });
  const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path } }));
  const deleted = await service.awaitOperation(deletion.operation?.id ?? '');
  t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
  t.same(await simulator.listResources(credential.id), [], 'nothing is left');
  t.equal((await findPrograms(join(service.environment['FLEETYARD_DATA_DIR'] ?? '', 'simulator'))).size, 0);
});
