// The short run on real control planes that `npm test` has: one cluster is made, loses its API server, is reached by everybody's role, and goes.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../../services/contract/client.ts';
import { findMarkedProcesses } from '../../../services/simulator/control-planes/local/marked-processes.ts';
import { openKubectl } from '../../helpers/kubectl.ts';
import { findPrograms } from '../../helpers/local-clusters.ts';
import { buildCluster, startTestService } from '../../helpers/service.ts';
import { waitFor } from '../../helpers/wait.ts';

test('a cluster on a real control plane is made, survives its API server, and leaves nothing', async (t) => {
  const service = await startTestService(t, { leaseSeconds: 60 });
  const { client, simulatorDirectory } = service;
  await service.startWorker();
  await service.addCredential('one', 'aws', 'local');
  const made = unwrap(await client.POST('/v1/clusters', { body: buildCluster('eks', 'short', 'one') }));
  const created = await service.awaitOperation(made.operation?.id ?? '');
  t.equal(created.state, 'succeeded', JSON.stringify(created.error));
  const path = { cluster: 'short' };

  const answer = unwrap(await client.GET('/v1/clusters/{cluster}/kubeconfig', { params: { path } }));
  const file = join(simulatorDirectory, 'short.yaml');
  await writeFile(file, typeof answer === 'string' ? answer : answer.kubeconfig, { mode: 0o600 });
  const kubectl = await openKubectl(file);
  t.match(await kubectl('get', 'nodes', '-o', 'name'), /^node\//);
  t.equal(await kubectl('auth', 'can-i', '*', '*'), 'yes');

  const findApiServer = async (): Promise<number | undefined> =>
    (await findPrograms(simulatorDirectory)).get('kube-apiserver');
  const before = await findApiServer();
  process.kill(before ?? 0, 'SIGKILL');
  await waitFor('the API server to be back', async () => {
    const now = await findApiServer();
    const answers = (): Promise<boolean> =>
      kubectl('get', 'namespaces').then(
        () => true,
        () => false,
      );
    return now !== undefined && now !== before && (await answers());
  });

  const gone = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path } }));
  const deleted = await service.awaitOperation(gone.operation?.id ?? '');
  t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
  t.same(await findMarkedProcesses(simulatorDirectory), []);
  t.same(await readdir(join(simulatorDirectory, 'control-planes')), []);
});
