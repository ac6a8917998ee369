// What becomes of control planes on processes when their data go, when their daemon does, and when there are two daemons.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type Test } from 'tap';
import { createTestDirectory } from '../helpers/directory.ts';
import {
  ask,
  awaitPrograms,
  awaitReady,
  CLUSTER,
  clusterInputs,
  createLocalAccount,
  findPrograms,
  listNames,
  makeCluster,
  makeNetwork,
  POOL,
  REGION,
} from '../helpers/local-clusters.ts';
import type { TestAccount } from '../helpers/simulated-account.ts';
import { waitFor } from '../helpers/wait.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const main = fileURLToPath(new URL('../../services/simulator/main.ts', import.meta.url));

async function getCluster(cloud: TestAccount) {
  const [cluster] = await cloud.admin.listResources(cloud.account, CLUSTER);
  if (!cluster) throw new Error('there is no cluster');
  return cluster;
}

test('a control plane whose data are gone has failed, says so, and can still be deleted', async (t) => {
  const cloud = await createLocalAccount(t);
  await makeNetwork(cloud);
  const { id, made, endpoint } = await makeCluster(cloud);
  const pool = await cloud.make(POOL, { name: 'work', location: REGION, cluster: 'it' });
  const { controlPlane } = await getCluster(cloud);
  await rm(join(cloud.dataDir, 'control-planes', controlPlane ?? '', 'etcd'), { recursive: true });
  await waitFor('the failure', async () => (await getCluster(cloud)).state === 'failed');
  t.equal((await findPrograms(cloud.dataDir)).size, 0, 'nothing runs without its data');
  t.match(await cloud.admin.listControlPlanes(cloud.account), [{ kind: 'local', failure: /its data are gone/ }]);
  const lost = { code: 'UpdateFailed', message: /its data are gone: .*etcd/ };
  await t.rejects(cloud.change(CLUSTER, made, clusterInputs({ resourceLabels: { a: 'b' } })), lost);
  t.equal((await findPrograms(cloud.dataDir)).size, 0, `and no empty one takes its place at ${endpoint}`);
  await cloud.remove(POOL, pool.id);
  await cloud.remove(CLUSTER, id);
  t.same(await cloud.admin.listResources(cloud.account, CLUSTER), []);
  t.same(await cloud.admin.listControlPlanes(cloud.account), []);
});

test('data that go while no daemon runs are missed by the next one', async (t) => {
  const first = await createLocalAccount(t);
  await makeNetwork(first);
  await makeCluster(first);
  await first.simulator.stop();
  await rm(join(first.dataDir, 'control-planes'), { recursive: true });
  const second = await createLocalAccount(t, { dataDir: first.dataDir });
  await waitFor('the failure', async () => (await getCluster(second)).state === 'failed');
});

test('an orderly stop ends every program, and the next daemon starts them on the same data', async (t) => {
  const first = await createLocalAccount(t);
  await makeNetwork(first);
  const cluster = await makeCluster(first);
  await awaitPrograms(first.dataDir);
  const namespaces = await listNames(cluster, '/api/v1/namespaces', cluster.token);
  const { controlPlane } = await getCluster(first);
  await first.simulator.stop();
  t.equal((await findPrograms(first.dataDir)).size, 0);
  const second = await createLocalAccount(t, { dataDir: first.dataDir });
  await awaitReady(cluster, cluster.token);
  t.match(await getCluster(second), { state: 'ready', controlPlane, outputs: { endpoint: cluster.endpoint } });
  t.same(await listNames(cluster, '/api/v1/namespaces', cluster.token), namespaces);
});

/** The daemon as a process of its own, which may be killed. */
async function startDaemon(t: Test, dataDir: string): Promise<{ url: string; kill(): Promise<void> }> {
  const daemon = spawn(process.execPath, [main, '--data', dataDir, '--time-scale', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(daemon, 'exit');
  const kill = async () => {
    daemon.kill('SIGKILL');
    await ended;
  };
  t.teardown(kill);
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer];
  return { url: (JSON.parse(line.toString()) as { url: string }).url, kill };
}

test('a daemon that is killed takes its programs along, and the next one brings them back', async (t) => {
  const dataDir = join(await createTestDirectory(t), 'simulator');
  const first = await createLocalAccount(t, { dataDir });
  await makeNetwork(first);
  const cluster = await makeCluster(first);
  await first.simulator.stop();
  const daemon = await startDaemon(t, dataDir);
  await awaitReady(cluster, cluster.token);
  const programs = await awaitPrograms(dataDir);
  await daemon.kill();
  await waitFor('the end of all programs', async () => (await findPrograms(dataDir)).size === 0);
  await startDaemon(t, dataDir);
  await awaitReady(cluster, cluster.token);
  const now = await awaitPrograms(dataDir);
  for (const [program, pid] of programs) t.not(now.get(program), pid, `another ${program}`);
  t.equal((await ask(cluster, CONFIG_MAPS, cluster.token)).status, 200);
});

test('two daemons stand side by side, and neither takes the tokens of the other', async (t) => {
  const clouds = await Promise.all([createLocalAccount(t), createLocalAccount(t, { token: 'local.another' })]);
  const clusters = await Promise.all(
    clouds.map(async (cloud) => {
      await makeNetwork(cloud);
      return makeCluster(cloud);
    }),
  );
  const [one, other] = clusters;
  if (!one || !other) throw new Error('there are no two clusters');
  t.not(one.endpoint, other.endpoint);
  for (const cloud of clouds) t.equal((await awaitPrograms(cloud.dataDir)).size, 5);
  t.equal((await ask(one, CONFIG_MAPS, one.token)).status, 200);
  t.equal((await ask(one, CONFIG_MAPS, other.token)).status, 401);
  t.equal((await ask(other, CONFIG_MAPS, other.token)).status, 200);
  t.equal((await ask(other, CONFIG_MAPS, one.token)).status, 401);
  await clouds[0]?.simulator.stop();
  t.equal((await ask(other, CONFIG_MAPS, other.token)).status, 200, 'the end of one is not that of the other');
});
