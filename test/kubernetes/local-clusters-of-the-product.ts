// Clusters of the product on real control planes: chosen with their credentials, with the nodes of their pools, told in their status,
// failed when their data are gone, and gone without a trace.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { createApiClient } from '../../services/simulator/control-planes/local/api-client.ts';
import { readClient } from '../../services/simulator/control-planes/local/identity-files.ts';
import { findPrograms } from '../helpers/local-clusters.ts';
import { buildCluster, startTestService, type TestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const CLOUDS = { eks: 'aws', aks: 'azure', gke: 'gcp' } as const;
type Provider = keyof typeof CLOUDS;
/** Of a pool of one to three; GKE begins with one in each zone. */
const NODES = { eks: 1, aks: 1, gke: 3 } as const;

type Bench = { service: TestService; dataDir: string };
type Node = { metadata: { labels: Record<string, string> }; status: { nodeInfo: { kubeletVersion: string } } };

async function addLocalCredential({ service }: Bench, provider: Provider): Promise<string> {
  const body = { name: `my-${provider}`, provider: CLOUDS[provider], simulated: true, controlPlanes: 'local' } as const;
  const { id, controlPlanes } = unwrap(await service.client.POST('/v1/credentials', { body }));
  if (controlPlanes !== 'local') throw new Error(`the credential says ${controlPlanes}`);
  return id;
}

async function succeed({ service }: Bench, operation: { id: string } | null): Promise<Schemas['Operation']> {
  const ended = await service.awaitOperation(operation?.id ?? '');
  if (ended.state !== 'succeeded')
    throw new Error(`${ended.kind} ended ${ended.state}: ${JSON.stringify(ended.error)}`);
  return ended;
}

/** What the API server has, past the product. */
async function listNodes({ service, dataDir }: Bench, account: string): Promise<Node[]> {
  const [plane] = await service.simulator.listControlPlanes(account);
  const identity = await readClient(join(dataDir, 'control-planes', plane?.id ?? '', 'identity'), 'admin');
  const api = createApiClient(plane?.plane?.authority ?? '', identity);
  try {
    return (await api.call('GET', '/api/v1/nodes'))['items'] as Node[];
  } finally {
    api.close();
  }
}

test('a cluster of each provider stands on a real Kubernetes with the nodes of its pools', async (t) => {
  const service = await startTestService(t);
  const bench = { service, dataDir: join(service.environment['FLEETYARD_DATA_DIR'] ?? '', 'simulator') };
  const { client, simulator } = service;
  await service.startWorker();
  for (const provider of ['eks', 'aks', 'gke'] as const) {
    const account = await addLocalCredential(bench, provider);
    const body = buildCluster(provider, `one-${provider}`, `my-${provider}`);
    const { cluster, operation } = unwrap(await client.POST('/v1/clusters', { body }));
    await succeed(bench, operation);
    const path = { cluster: cluster.id };
    const { status } = unwrap(await client.GET('/v1/clusters/{cluster}', { params: { path } }));
    t.match(
      status,
      {
        simulated: true,
        simulation: { controlPlanes: 'local', kubernetesVersion: /^v?1\.34\.\d+$/ },
        endpoint: /^https:\/\/127\.(?!0\.0\.1:)/,
      },
      provider,
    );
    const nodes = await listNodes(bench, account);
    t.equal(nodes.length, NODES[provider], `${provider}: nodes`);
    for (const node of nodes) {
      t.match(node.metadata.labels, {
        'topology.kubernetes.io/region': body.region,
        'topology.kubernetes.io/zone': /./,
      });
    }
    if (provider === 'gke') await loseData(bench, account);
    const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', { params: { path } }));
    await succeed(bench, deletion.operation);
    t.same(await simulator.listResources(account), [], `${provider}: nothing is left`);
    t.same(await simulator.listControlPlanes(account), []);
    t.equal((await findPrograms(bench.dataDir)).size, 0);
  }
});

/** A cluster whose control plane is lost can be deleted all the same. */
async function loseData({ service, dataDir }: Bench, account: string): Promise<void> {
  const [plane] = await service.simulator.listControlPlanes(account);
  await rm(join(dataDir, 'control-planes', plane?.id ?? '', 'etcd'), { recursive: true });
  await waitFor('the loss', async () => (await service.simulator.listControlPlanes(account))[0]?.failure);
}
