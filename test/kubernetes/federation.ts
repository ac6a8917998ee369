// A fleet on real control planes joins a real Karmada by the product's own stacks: its workloads run on the members, move away from one
// that leaves, and nothing stays behind.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { findMarkedProcesses } from '../../services/simulator/control-planes/local/marked-processes.ts';
import { openSimulatedPlanes, type Kubectl } from '../helpers/kubectl.ts';
import { buildCluster, startTestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const tainted = [{ key: 'trial', value: 'yes', effect: 'NoSchedule' as const }];
const members = [
  buildCluster('eks', 'shop-eks', 'one'),
  { ...buildCluster('gke', 'shop-gke', 'three'), memberTaints: tainted },
];
const document: Schemas['FleetRequest'] = {
  name: 'shop',
  federation: { engine: 'karmada', hub: { credential: 'hub' } },
  clusters: members,
};
const path = { fleet: 'shop' };

/** Two replicas on each member. */
const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: default, labels: { app: cart } }
spec:
  replicas: 4
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [{ name: cart, image: registry.example/cart }] }
---
apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: { name: cart, namespace: default }
spec:
  resourceSelectors: [{ apiVersion: apps/v1, kind: Deployment, name: cart }]
  placement:
    clusterTolerations: [{ key: trial, operator: Exists }]
    replicaScheduling: { replicaSchedulingType: Divided, replicaDivisionPreference: Weighted }
`;

type JoinedCluster = {
  metadata: { name: string; creationTimestamp: string };
  spec: { taints?: { key: string; value?: string; effect: string }[] };
  status: { conditions: { type: string; lastTransitionTime: string }[] };
};

/** The API server of a member, by the folder of its control plane. */
async function findApiServer(folder: string): Promise<{ pid: number; server: string }> {
  const { clusters } = JSON.parse(await readFile(join(folder, 'identity', 'admin.kubeconfig'), 'utf8')) as {
    clusters: { cluster: { server: string } }[];
  };
  for (const pid of await findMarkedProcesses(folder)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.split('\0')[0]?.endsWith('/kube-apiserver')) return { pid, server: clusters[0]?.cluster.server ?? '' };
  }
  throw new Error(`no API server runs in ${folder}`);
}

/** How many pods of the workload run on a member. */
async function countRunning(member: Kubectl): Promise<number> {
  const listed = await member(
    'get',
    'pods',
    '-n',
    'default',
    '-l',
    'app=cart',
    '-o',
    'jsonpath={.items[*].status.phase}',
  );
  return listed.split(' ').filter((phase) => phase === 'Running').length;
}

test('workloads of a federation run on real members, and move when one leaves', async (t) => {
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
    t.fail(
      JSON.stringify(
        items.map(({ kind, resource, state, error }) => ({ kind, resource, state, error })),
        null,
        1,
      ),
    );
    t.comment(await service.readLogs());
    return;
  }
  const { hub, members: planes } = await openSimulatedPlanes(simulatorDirectory, hubAccount);

  await t.test('the members are ready at the hub, by names of their own', async (t) => {
    const listed = unwrap(
      await client.GET('/v1/federations/{federation}/members', { params: { path: { federation: 'shop' } } }),
    );
    t.match(
      listed.items.map(({ name, joined, ready }) => ({ name, joined, ready })),
      members.map(({ name }) => ({ name, joined: true, ready: true })),
    );
    const names = (await hub('get', 'clusters', '-o', 'name')).split('\n').sort();
    t.same(names, listed.items.map(({ memberName }) => `cluster.cluster.karmada.io/${String(memberName)}`).sort());
    for (const name of names) t.match(name, /\/shop-(eks|gke)-[0-9a-z]{10}$/);
    const { items } = JSON.parse(await hub('get', 'clusters', '-o', 'json')) as { items: JoinedCluster[] };
    const taints = items.find(({ metadata: { name } }) => name.startsWith('shop-gke-'))?.spec.taints ?? [];
    t.match(
      taints.filter(({ key }) => key === 'trial'),
      tainted,
    );
    for (const { metadata, status } of items) {
      const ready = status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
      const seconds = (Date.parse(ready) - Date.parse(metadata.creationTimestamp)) / 1000;
      // Both are whole seconds.
      t.ok(seconds <= 2, `${metadata.name} was ready ${seconds} s after it joined`);
    }
  });

  await t.test('a workload that a policy spreads runs on all members', async (t) => {
    const file = join(dirname(simulatorDirectory), 'workload.yaml');
    await writeFile(file, workload);
    await hub('apply', '-f', file);
    await waitFor('four pods', async () => {
      const counts = await Promise.all(planes.map(countRunning));
      return counts.every((count) => count === 2);
    });
    t.pass();
  });

  await t.test('a member that hangs is degraded within 15 seconds, with the reason, and comes back', async (t) => {
    const [id = ''] = await readdir(join(simulatorDirectory, 'control-planes'));
    const { pid, server } = await findApiServer(join(simulatorDirectory, 'control-planes', id));
    const read = async () => {
      const { items } = unwrap(await client.GET('/v1/clusters'));
      return items.find(({ status }) => status['endpoint'] === server);
    };
    t.equal((await read())?.phase, 'ready');
    process.kill(pid, 'SIGSTOP');
    const begun = performance.now();
    try {
      const isDegraded = async () => ((await read())?.phase === 'degraded' ? read() : undefined);
      const degraded = await waitFor('the member to be degraded', isDegraded, { timeoutMs: 30_000 });
      const seconds = (performance.now() - begun) / 1000;
      t.ok(seconds < 15, `${seconds.toFixed(1)} s`);
      t.comment(`degraded after ${seconds.toFixed(1)} s`);
      t.match(degraded.status, { member: { ready: false, reason: /^its API server does not answer: / } });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await waitFor('the member to be ready', async () => (await read())?.phase === 'ready', { timeoutMs: 60_000 });
  });

  await t.test('a member that leaves gives its workload away first', async (t) => {
    const [, staying] = members;
    const body = { ...document, clusters: staying === undefined ? [] : [staying], prune: true };
    const change = unwrap(await client.PUT('/v1/fleets/{fleet}', { params: { path }, body }));
    const done = await service.awaitOperation(change.operation?.id ?? '');
    t.equal(done.state, 'succeeded', JSON.stringify(done.error));
    t.match(await hub('get', 'clusters', '-o', 'name'), /^cluster\.cluster\.karmada\.io\/shop-gke-[0-9a-z]{10}$/);
    const left = await openSimulatedPlanes(simulatorDirectory, hubAccount);
    t.equal(left.members.length, 1);
    const [last] = left.members;
    await waitFor(
      'four pods on the member that stays',
      async () => last !== undefined && (await countRunning(last)) === 4,
    );
    t.equal(
      await hub('get', 'secrets', '-n', 'karmada-cluster', '-o', 'name').then((names) => names.split('\n').length),
      2,
    );
  });

  await t.test('a fleet that is deleted leaves no process and no folder', async (t) => {
    const deletion = unwrap(await client.DELETE('/v1/fleets/{fleet}', { params: { path } }));
    const deleted = await service.awaitOperation(deletion.operation?.id ?? '');
    t.equal(deleted.state, 'succeeded', JSON.stringify(deleted.error));
    t.same(await findMarkedProcesses(simulatorDirectory), []);
    for (const folder of ['hubs', 'control-planes']) t.same(await readdir(join(simulatorDirectory, folder)), []);
  });
});
