// Simulated clusters on a real Kubernetes: opened, asked, scaled, upgraded and closed as the cloud's own calls say.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type Test } from 'tap';
import {
  ask,
  awaitPrograms,
  CLUSTER,
  clusterInputs,
  createLocalAccount,
  findPrograms,
  listNames,
  makeCluster,
  makeNetwork,
  POOL,
  PROGRAMS,
  REGION,
} from '../helpers/local-clusters.ts';
import { listListeners } from '../helpers/listeners.ts';
import { waitFor } from '../helpers/wait.ts';

const pool = (more: Record<string, unknown>) => ({ name: 'work', location: REGION, cluster: 'it', ...more });

type Node = {
  metadata: { labels: Record<string, string> };
  spec: { taints?: object[] };
  status: { capacity: Record<string, string>; nodeInfo: { kubeletVersion: string } };
};

async function open(t: Test) {
  const cloud = await createLocalAccount(t);
  await makeNetwork(cloud);
  const cluster = await makeCluster(cloud);
  const listNodes = async () =>
    ((await ask(cluster, '/api/v1/nodes', cluster.token)).json() as { items: Node[] }).items;
  return { cloud, cluster, listNodes };
}

test('a local cluster is a Kubernetes that answers whom its cloud knows, on loopback alone', async (t) => {
  const { cloud, cluster } = await open(t);
  t.match(cluster.endpoint, /^127\.\d+\.\d+\.\d+:\d+$/);
  t.notMatch(cluster.endpoint, /^127\.0\.0\.1:/);
  t.match((await ask(cluster, '/version', cluster.token)).json(), { gitVersion: /^v1\.34\.\d+$/ });
  t.match(await listNames(cluster, '/api/v1/namespaces', cluster.token), ['default', 'kube-node-lease', 'kube-public']);
  t.equal((await ask(cluster, '/api/v1/namespaces', 'local.of-somebody-else')).status, 401);
  t.equal((await ask(cluster, '/api/v1/namespaces', 'e30.e30.e30')).status, 401);
  const programs = await awaitPrograms(cloud.dataDir);
  t.same([...programs.keys()].sort(), PROGRAMS);
  const listeners = await listListeners([...programs.values()]);
  t.ok(listeners.length >= 5, `${listeners.length} listeners`);
  const own = cluster.endpoint.split(':')[0];
  t.same(new Set(listeners.map(({ address }) => address)), new Set([own]), 'nothing listens anywhere else');
});

test('nodes mirror their pools, say their version, and go with them', async (t) => {
  const { cloud, cluster, listNodes } = await open(t);
  const nodeConfig = {
    machineType: 'g2-standard-4',
    labels: { tier: 'work' },
    taints: [{ key: 'only', value: 'batch', effect: 'NO_SCHEDULE' }],
  };
  const zones = [`${REGION}-b`, `${REGION}-c`];
  const made = await cloud.make(POOL, pool({ nodeConfig, nodeLocations: zones, nodeCount: 1 }));
  const [node, other, ...rest] = await listNodes();
  t.same(rest, []);
  t.match(node?.metadata.labels, {
    tier: 'work',
    'cloud.google.com/gke-nodepool': 'work',
    'node.kubernetes.io/instance-type': 'g2-standard-4',
    'topology.kubernetes.io/region': REGION,
    'topology.kubernetes.io/zone': zones[0],
  });
  t.match(other?.metadata.labels, { 'topology.kubernetes.io/zone': zones[1] });
  t.strictSame(node?.spec.taints, [{ key: 'only', value: 'batch', effect: 'NoSchedule' }]);
  t.match(node?.status, { capacity: { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '1' } });
  t.match(node?.status.nodeInfo, { kubeletVersion: /^v1\.34\.\d+-gke/ });
  await cloud.change(POOL, made, pool({ nodeConfig, nodeLocations: zones, nodeCount: 3 }));
  t.equal((await listNodes()).length, 6);
  const changed = { ...nodeConfig, labels: { tier: 'play' }, taints: [] };
  await cloud.change(POOL, made, pool({ nodeConfig: changed, nodeLocations: zones, nodeCount: 1 }));
  const [first, ...others] = await listNodes();
  t.equal(others.length, 1);
  t.match(first?.metadata.labels, { tier: 'play' });
  t.strictSame(first?.spec.taints ?? [], []);
  await cloud.change(CLUSTER, cluster.made, clusterInputs({ minMasterVersion: '1.35' }));
  for (const { status } of await listNodes()) t.match(status.nodeInfo, { kubeletVersion: /^v1\.35\.\d+-gke/ });
  await cloud.remove(POOL, made.id);
  t.same(await listNodes(), []);
});

test('a cluster that is deleted leaves no process, no file and no row', async (t) => {
  const { cloud, cluster } = await open(t);
  const [row] = await cloud.admin.listResources(cloud.account, CLUSTER);
  const folder = join(cloud.dataDir, 'control-planes', row?.controlPlane ?? '');
  t.ok(existsSync(folder));
  await cloud.remove(CLUSTER, cluster.id);
  t.equal((await findPrograms(cloud.dataDir)).size, 0);
  t.notOk(existsSync(folder));
  await cloud.simulator.stop();
  const database = new DatabaseSync(join(cloud.dataDir, 'simulator.db'));
  for (const table of ['control_planes', 'local_control_planes']) {
    t.same(database.prepare(`select * from ${table}`).all(), [], table);
  }
  database.close();
});

test('each program that is killed comes back, and the API server still has what it had', async (t) => {
  const { cloud, cluster } = await open(t);
  const before = await listNames(cluster, '/api/v1/namespaces', cluster.token);
  for (const program of PROGRAMS) {
    const pid = (await awaitPrograms(cloud.dataDir)).get(program) ?? 0;
    process.kill(pid, 'SIGKILL');
    await waitFor(`another ${program}`, async () => {
      const now = (await findPrograms(cloud.dataDir)).get(program);
      return now !== undefined && now !== pid;
    });
    await waitFor(
      'an answer',
      async () => (await ask(cluster, '/readyz', cluster.token).catch(() => undefined))?.status === 200,
      { timeoutMs: 60_000 },
    );
  }
  t.same(await listNames(cluster, '/api/v1/namespaces', cluster.token), before);
  const [row] = await cloud.admin.listResources(cloud.account, CLUSTER);
  t.equal(row?.state, 'ready');
});
