// Control planes behind the seam: opened, upgraded, scaled and closed by the account's kind, whatever becomes of the daemon.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type Test } from 'tap';
import { mintGkeToken } from '../helpers/local-clusters.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';
import { createRecordingKind, type RecordingKind } from '../helpers/simulated-control-planes.ts';
import { fetchSimulatedAuthority, readSecure } from '../helpers/secure.ts';
import { waitFor } from '../helpers/wait.ts';

const CLUSTER = 'gcp:container/cluster:Cluster';
const POOL = 'gcp:container/nodePool:NodePool';
const region = 'europe-west1';

type Bench = { cloud: TestAccount; kind: RecordingKind };

async function open(
  t: Test,
  { kind = createRecordingKind(), dataDir }: { kind?: RecordingKind; dataDir?: string } = {},
) {
  const kinds = { ledger: kind.create };
  const cloud = await createTestAccount(t, { config: { region }, kinds, ...(dataDir ? { dataDir } : {}) });
  return { cloud, kind };
}

async function makeNetwork({ cloud }: Bench): Promise<void> {
  await cloud.make('gcp:compute/network:Network', { name: 'net' });
  await cloud.make('gcp:compute/subnetwork:Subnetwork', {
    name: 'nodes',
    region,
    network: 'net',
    ipCidrRange: '10.0.0.0/20',
    secondaryIpRanges: [
      { rangeName: 'pods', ipCidrRange: '100.64.0.0/16' },
      { rangeName: 'services', ipCidrRange: '10.128.0.0/20' },
    ],
  });
}

const inputs = (more: Record<string, unknown> = {}) => ({
  name: 'it',
  location: region,
  network: 'net',
  subnetwork: 'nodes',
  ipAllocationPolicy: { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' },
  minMasterVersion: '1.34',
  deletionProtection: false,
  ...more,
});

const pool = (more: Record<string, unknown> = {}) => ({ name: 'work', location: region, cluster: 'it', ...more });

async function getCluster({ cloud }: Bench) {
  const [cluster] = await cloud.admin.listResources(cloud.account, CLUSTER);
  if (!cluster) throw new Error('there is no cluster');
  return cluster;
}

/** The calls without the ids, which are made up. */
const listCalls = ({ kind }: Bench) => kind.calls.map((call) => call.replaceAll(/ [0-9a-f]{24}\b/g, ''));

test('a cluster is made while its control plane opens, and knows its endpoint only then', async (t) => {
  const bench = await open(t);
  const { cloud, kind } = bench;
  await makeNetwork(bench);
  const gate = Promise.withResolvers<void>();
  kind.gates.set('open', gate.promise);
  const made = cloud.make(CLUSTER, inputs());
  await waitFor('the opening', async () => kind.calls.length > 0);
  const { id, state, controlPlane } = await getCluster(bench);
  t.equal(state, 'creating');
  t.match(kind.calls, [new RegExp(`^open ${controlPlane} 1\\.34\\.`)], 'by the id that stands with the cluster');
  const read = () => cloud.call<{ resource: { outputs: object } }>('read', { type: CLUSTER, id, state: { id } });
  t.match((await read()).resource.outputs, { endpoint: '', masterAuth: { clusterCaCertificate: '' } });
  gate.resolve();
  const certificate = Buffer.from(`certificate of ${controlPlane}`).toString('base64');
  const known = { endpoint: 'plane.test:6443', masterAuth: { clusterCaCertificate: certificate } };
  t.match((await made).outputs, known);
  t.match((await read()).resource.outputs, known);
  await cloud.remove(CLUSTER, id);
  t.match(kind.calls.at(-1), `close ${controlPlane}`);
  t.equal(kind.open.size, 0);
});

test('an opening that fails leaves a failed cluster with the reason, and an update opens it after all', async (t) => {
  const bench = await open(t);
  const { cloud, kind } = bench;
  await makeNetwork(bench);
  kind.failures.set('open', 'no port was free');
  const refusal = await cloud.make(CLUSTER, inputs()).catch((error: unknown) => error);
  t.match(refusal, { code: 'CreateFailed', message: /entered state FAILED.*no port was free/ });
  const cluster = await getCluster(bench);
  t.equal(cluster.state, 'failed');
  kind.failures.clear();
  const changed = await cloud.change(CLUSTER, { ...cluster, secrets: [] }, inputs());
  t.match(changed.outputs, { endpoint: 'plane.test:6443' });
  t.equal((await getCluster(bench)).state, 'ready');
});

test('an upgrade goes through the kind once, and again when it failed', async (t) => {
  const bench = await open(t);
  const { cloud, kind } = bench;
  await makeNetwork(bench);
  const cluster = await cloud.make(CLUSTER, inputs());
  await cloud.change(CLUSTER, cluster, inputs({ resourceLabels: { a: 'b' } }));
  t.match(listCalls(bench), [/^open 1\.34/], 'a change without a new version upgrades nothing');
  const higher = inputs({ minMasterVersion: '1.35' });
  kind.failures.set('upgrade', 'etcd is not healthy');
  await t.rejects(cloud.change(CLUSTER, cluster, higher), { code: 'UpdateFailed', message: /etcd is not healthy/ });
  t.equal((await getCluster(bench)).state, 'failed');
  kind.failures.clear();
  const upgraded = await cloud.change(CLUSTER, cluster, higher);
  t.match(upgraded.outputs, { masterVersion: /^1\.35\./, endpoint: 'plane.test:6443' });
  t.match(listCalls(bench), [/^open/, /^upgrade 1\.35\./, /^upgrade 1\.35\./]);
  t.match([...kind.open.values()], [{ version: /^1\.35\./ }]);
});

test('a closing that fails keeps the cluster, and is done by the next deletion', async (t) => {
  const bench = await open(t);
  const { cloud, kind } = bench;
  await makeNetwork(bench);
  const { id } = await cloud.make(CLUSTER, inputs());
  kind.failures.set('close', 'the process does not end');
  await t.rejects(cloud.remove(CLUSTER, id), { code: 'DeleteFailed', message: /the process does not end/ });
  t.equal((await getCluster(bench)).state, 'failed');
  kind.failures.clear();
  await cloud.remove(CLUSTER, id);
  t.same(await cloud.admin.listResources(cloud.account, CLUSTER), []);
  t.equal(kind.open.size, 0);
});

test('a cluster that is removed behind the back of the engine takes its control plane along', async (t) => {
  const bench = await open(t);
  await makeNetwork(bench);
  const { id } = await bench.cloud.make(CLUSTER, inputs());
  await bench.cloud.make(POOL, pool());
  bench.kind.failures.set('close', 'the process does not end');
  await bench.cloud.admin.deleteResource(bench.cloud.account, id);
  t.same(await bench.cloud.admin.listResources(bench.cloud.account, CLUSTER), [], 'whether or not it closes at once');
  t.equal(bench.kind.open.size, 1);
  await bench.cloud.simulator.stop();
  bench.kind.failures.clear();
  await open(t, { kind: bench.kind, dataDir: bench.cloud.dataDir });
  await waitFor('the closing', async () => bench.kind.open.size === 0);
  t.match(bench.kind.calls.at(-1), /^close/, 'a restart tries again');
});

test("a GKE pool's nodes follow it: count, zone, machine, labels and taints, and none when it goes", async (t) => {
  const bench = await open(t);
  const { cloud, kind } = bench;
  await makeNetwork(bench);
  await cloud.make(CLUSTER, inputs());
  const nodeConfig = {
    machineType: 'e2-standard-4',
    labels: { tier: 'work' },
    taints: [{ key: 'only', value: 'batch', effect: 'PREFER_NO_SCHEDULE' }],
  };
  const zones = [`${region}-b`, `${region}-c`];
  const made = await cloud.make(POOL, pool({ nodeConfig, nodeLocations: zones, nodeCount: 2 }));
  const taints = [{ key: 'only', value: 'batch', effect: 'PreferNoSchedule' }];
  const node = { machineType: 'e2-standard-4', labels: { tier: 'work' }, taints };
  const nodes = (count: number) => zones.map((zone) => ({ count, zone, ...node }));
  t.same(kind.pools.get('work'), nodes(2), 'GKE counts per zone');
  await cloud.change(POOL, made, pool({ nodeConfig, nodeLocations: zones, nodeCount: 3 }));
  t.same(kind.pools.get('work'), nodes(3));
  kind.failures.set('scale', 'no node came up');
  const four = pool({ nodeConfig, nodeLocations: zones, nodeCount: 4 });
  await t.rejects(cloud.change(POOL, made, four), { code: 'UpdateFailed', message: /no node came up/ });
  kind.failures.clear();
  await cloud.remove(POOL, made.id);
  t.same(kind.pools.get('work'), []);
});

test('an opening that a stop of the daemon cut off goes on under the same id', async (t) => {
  const first = await open(t);
  await makeNetwork(first);
  first.kind.gates.set('open', new Promise(() => undefined));
  const cut = first.cloud.make(CLUSTER, inputs()).catch(() => 'cut off');
  await waitFor('the opening', async () => first.kind.calls.length > 0);
  await first.cloud.simulator.stop();
  t.equal(await cut, 'cut off');
  first.kind.gates.clear();
  const second = await open(t, { kind: first.kind, dataDir: first.cloud.dataDir });
  await waitFor('the end of the creation', async () => (await getCluster(second)).state === 'ready');
  const { controlPlane, outputs } = await getCluster(second);
  t.match(first.kind.calls, [new RegExp(`^open ${controlPlane} `), new RegExp(`^open ${controlPlane} `)]);
  t.equal(outputs['endpoint'], 'plane.test:6443');
});

test('after a restart a control plane is found where it is now, and a cluster without one has failed', async (t) => {
  const first = await open(t);
  await makeNetwork(first);
  await first.cloud.make(CLUSTER, inputs());
  const { controlPlane } = await getCluster(first);
  await first.cloud.simulator.stop();
  first.kind.open.set(controlPlane ?? '', { version: '1.34', authority: 'plane.test:7000' });
  const second = await open(t, { kind: first.kind, dataDir: first.cloud.dataDir });
  await waitFor('the new place', async () => (await getCluster(second)).outputs['endpoint'] === 'plane.test:7000');
  t.equal((await getCluster(second)).state, 'ready');
  await second.cloud.simulator.stop();
  first.kind.open.clear();
  const third = await open(t, { kind: first.kind, dataDir: first.cloud.dataDir });
  await waitFor('the failure', async () => (await getCluster(third)).state === 'failed');
});

test('an account has a kind of its own, and each control plane keeps the kind that opened it', async (t) => {
  const kinds = { ledger: createRecordingKind(), other: createRecordingKind() };
  const table = { ledger: kinds.ledger.create, other: kinds.other.create };
  const first = await createTestAccount(t, { config: { region }, kinds: table });
  await makeNetwork({ cloud: first, kind: kinds.ledger });
  const { id } = await first.make(CLUSTER, inputs());
  t.match(await first.admin.listAccounts(), [{ id: first.account, controlPlanes: 'ledger' }]);
  await first.simulator.stop();
  const database = new DatabaseSync(join(first.dataDir, 'simulator.db'));
  database.exec("update accounts set control_planes = 'other'");
  database.close();
  const second = await createTestAccount(t, { config: { region }, kinds: table, dataDir: first.dataDir });
  await second.make(CLUSTER, inputs({ name: 'new' }));
  t.equal(kinds.other.open.size, 1);
  await second.remove(CLUSTER, id);
  t.equal(kinds.ledger.open.size, 0);
  t.match(kinds.ledger.calls.at(-1), /^close/);
  t.equal(kinds.other.open.size, 1, 'the other one stands');
});

test('what a daemon of before wrote is taken over: each cluster keeps its API server', async (t) => {
  const first = await createTestAccount(t, { config: { region } });
  await makeNetwork({ cloud: first, kind: createRecordingKind() });
  const { id, outputs } = await first.make(CLUSTER, inputs());
  await first.simulator.stop();
  const database = new DatabaseSync(join(first.dataDir, 'simulator.db'));
  database.exec(`
    drop table control_planes;
    alter table api_servers rename column role to kind;
    alter table api_servers rename to control_planes;
    alter table accounts drop column control_planes;
    alter table resources drop column control_plane;
    pragma user_version = 0;
  `);
  database.close();
  const second = await createTestAccount(t, { config: { region }, dataDir: first.dataDir });
  const made = { id, outputs, secrets: [] };
  const upgraded = await second.change(CLUSTER, made, inputs({ minMasterVersion: '1.35' }));
  t.equal(upgraded.outputs['endpoint'], outputs['endpoint'], 'where it was');
  const server = `https://${String(outputs['endpoint'])}/version`;
  const authority = await fetchSimulatedAuthority(second.simulator.url);
  const way = { authority, token: await mintGkeToken(second) };
  t.match((await readSecure(server, way)).json(), { gitVersion: /^v1\.35\./ });
  await second.remove(CLUSTER, id);
  await t.rejects(readSecure(server, way), { code: 'ECONNRESET' }, 'and it goes with the cluster');
});
