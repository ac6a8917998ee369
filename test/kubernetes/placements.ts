// Placements on a real Karmada: a workload runs as its preview said, somebody's change at the hub is undone, and a deletion leaves no policy.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { openSimulatedPlanes, type Kubectl } from '../helpers/kubectl.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const members = [buildCluster('eks', 'shop-eks', 'one'), buildCluster('gke', 'shop-gke', 'three')];
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart', namespace: 'default', labels: { app: 'cart' } },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'cart' } },
    template: {
      metadata: { labels: { app: 'cart' } },
      spec: { containers: [{ name: 'cart', image: 'registry.example/shop/cart' }] },
    },
  },
};
const placement: Schemas['FleetPlacement'] = {
  name: 'cart',
  select: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default' },
  within: { providers: ['eks', 'gke'] },
  replicas: { divide: 'weighted', weights: { 'shop-eks': 2, 'shop-gke': 1 } },
  overrides: [{ targets: { providers: ['gke'] }, imageRegistry: 'mirror.example' }],
  failover: { after: '60s' },
};
const document: Schemas['FleetRequest'] = {
  name: 'shop',
  federation: { engine: 'karmada', hub: { credential: 'hub' } },
  clusters: members,
};

type Running = { replicas: number; image: string };

/** What a member runs of the workload. */
async function readRunning(member: Kubectl): Promise<Running | undefined> {
  const listed = await member('get', 'deployments', '-n', 'default', '-l', 'app=cart', '-o', 'json');
  const [found] = (JSON.parse(listed) as { items: { spec: unknown; status?: { readyReplicas?: number } }[] }).items;
  if (found === undefined) return undefined;
  const { template } = found.spec as { template: { spec: { containers: { image: string }[] } } };
  return { replicas: found.status?.readyReplicas ?? 0, image: template.spec.containers[0]?.image ?? '' };
}

test('a placement on a real Karmada', async (t) => {
  const service = await startTestService(t, { leaseSeconds: 60 });
  const { client, simulatorDirectory } = service;
  await service.startWorker();
  await service.addCredential('one', 'aws', 'local');
  await service.addCredential('three', 'gcp', 'local');
  const hubAccount = await service.addCredential('hub', 'kubernetes', 'local');
  const { operation } = unwrap(await client.POST('/v1/fleets', { body: document }));
  const made = await service.awaitOperation(operation?.id ?? '');
  if (made.state !== 'succeeded') {
    const { items } = unwrap(await client.GET('/v1/operations', { params: { query: { parent: made.id } } }));
    t.fail(JSON.stringify(items.map(({ resource, state, error }) => ({ resource, state, error }))));
    t.comment(await service.readLogs());
    return;
  }
  const { hub, members: planes } = await openSimulatedPlanes(simulatorDirectory, hubAccount);
  const body = { ...placement, federation: 'shop' };
  const path = { placement: 'cart' };
  const apply = async (request: Schemas['PlacementRequest']): Promise<void> => {
    const change = unwrap(await client.PUT('/v1/placements/{placement}', { params: { path }, body: request }));
    const done = await service.awaitOperation(change.operation?.id ?? '');
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
  };
  const listPolicies = () => hub('get', 'clusterpropagationpolicies,clusteroverridepolicies', '-o', 'name');
  const readPlacement = async () => unwrap(await client.GET('/v1/placements/{placement}', { params: { path } }));

  await t.test('what was previewed is what runs', async (t) => {
    const asked = { ...body, workload: deployment };
    const preview = unwrap(await client.POST('/v1/placements/preview', { body: asked }));
    t.equal(await listPolicies(), '', 'a preview leaves nothing at the hub');
    const [workload] = preview.workloads;
    t.match(workload, { exact: true, replicas: 4 });
    const expected = workload?.clusters.map(({ replicas }) => replicas).sort();
    t.same(expected, [1, 3]);
    const file = join(dirname(simulatorDirectory), 'cart.json');
    await writeFile(file, JSON.stringify(deployment));
    await hub('apply', '-f', file);
    await apply(body);
    const begun = performance.now();
    await waitFor('the replicas run as previewed', async () => {
      const running = await Promise.all(planes.map(readRunning));
      return (
        running
          .map((each) => each?.replicas ?? 0)
          .toSorted()
          .join() === '1,3'
      );
    });
    t.comment(`policy to pods: ${Math.round(performance.now() - begun)} ms`);
    const running = await Promise.all(planes.map(readRunning));
    const images = running.map((each) => `${each?.replicas} ${each?.image}`).toSorted();
    t.same(images, ['1 mirror.example/shop/cart', '3 registry.example/shop/cart']);
  });

  await t.test('its status says what runs where', async (t) => {
    await waitFor('the status', async () => {
      const { status } = await readPlacement();
      return status.workloads[0]?.clusters.every(({ replicas, ready }) => replicas === ready) ?? false;
    });
    const { status } = await readPlacement();
    const [workload] = status.workloads;
    t.match(workload, { kind: 'Deployment', name: 'cart', namespace: 'default', replicas: 4, scheduled: true });
    t.match(
      workload?.clusters.toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1)),
      [
        { cluster: 'shop-eks', replicas: 3, ready: 3, applied: true },
        { cluster: 'shop-gke', replicas: 1, ready: 1, applied: true },
      ],
    );
    t.equal(status.repaired, null, 'nobody changed anything');
  });

  await t.test('what somebody changes at the hub is undone', async (t) => {
    const [policy = ''] = (await listPolicies()).split('\n').filter((name) => name.includes('propagation'));
    const replicaScheduling = { replicaSchedulingType: 'Duplicated' };
    const patch = JSON.stringify({
      spec: { placement: { replicaScheduling, spreadConstraints: [{ spreadByField: 'cluster' }] } },
    });
    await hub('patch', policy, '--type=merge', '-p', patch);
    await waitFor('the repair', async () => (await readPlacement()).status.repaired !== null);
    const { spec } = JSON.parse(await hub('get', policy, '-o', 'json')) as {
      spec: { placement: Record<string, unknown> };
    };
    t.match(spec.placement, { replicaScheduling: { replicaSchedulingType: 'Divided' } });
    t.notOk(spec.placement['spreadConstraints'], 'what was added is gone as well');
    const other = (await listPolicies()).split('\n').find((name) => name.includes('override')) ?? '';
    await hub('delete', other);
    await waitFor('the policy is there again', async () => (await listPolicies()).includes(other));
    t.pass();
  });

  await t.test('a change of the document is followed', async (t) => {
    await apply({ ...body, replicas: { divide: 'weighted', weights: { 'shop-eks': 1, 'shop-gke': 1 } } });
    await waitFor('two replicas on each member', async () => {
      const running = await Promise.all(planes.map(readRunning));
      return running.every((each) => each?.replicas === 2);
    });
    t.pass();
  });

  await t.test('a deletion takes the policies away', async (t) => {
    const { operation: deletion } = unwrap(await client.DELETE('/v1/placements/{placement}', { params: { path } }));
    const done = await service.awaitOperation(deletion?.id ?? '');
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
    t.equal(await listPolicies(), '');
  });
});
