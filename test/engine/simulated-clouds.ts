// The very stack programs that make real clusters, under the real engine on the simulated clouds: what is made works, a
// second run changes nothing, and destroying leaves nothing.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputMap } from '@pulumi/pulumi/automation/index.js';
import { test, type Test } from 'tap';
import type { ClusterOutputs, NetworkOutputs, NodePoolInputs, StackProvider } from '../../stacks/contract.ts';
import { getProgram } from '../../stacks/registry.ts';
import { countChanges, createSimulatedBench, type SimulatedBench } from '../helpers/simulated-stacks.ts';

type Case = {
  provider: StackProvider;
  region: string;
  zones: string[];
  version: string;
  machine: string;
  types: string[];
};

const CASES: Case[] = [
  {
    provider: 'eks',
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    version: '1.35',
    machine: 'm6i.large',
    types: ['aws:eks/cluster:Cluster', 'aws:eks/nodeGroup:NodeGroup'],
  },
  {
    provider: 'aks',
    region: 'westeurope',
    zones: ['1', '2', '3'],
    version: '1.35.5',
    machine: 'Standard_D2s_v5',
    types: ['azure-native:containerservice:ManagedCluster', 'azure-native:containerservice:AgentPool'],
  },
  {
    provider: 'gke',
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
    version: '1.35',
    machine: 'e2-standard-2',
    types: ['gcp:container/cluster:Cluster', 'gcp:container/nodePool:NodePool'],
  },
];

function readOutputs<T>(outputs: OutputMap): T {
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, output.value as unknown])) as T;
}

function writeKubeconfig(server: string, token: string): string {
  return JSON.stringify({
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token } }],
  });
}

async function openLayers(bench: SimulatedBench, { provider, region, zones, version, machine }: Case) {
  const identity = {
    project: 'pr_test',
    cluster: 'cl_0123456789abcdefghjkmnpqrs',
    clusterName: 'sample',
    operation: 'op_test',
    tags: { team: 'platform' },
  };
  const base = { identity, account: bench.identity, region, zones };
  const ranges = { podCidr: '100.64.0.0/16', serviceCidr: '10.128.0.0/20', controlPlaneCidr: '10.0.255.0/28' };
  const pool = (name: string): NodePoolInputs => ({
    name,
    machineType: machine,
    count: { min: 1, max: 3 },
    spot: false,
    zones,
    labels: { tier: name },
    taints: [],
  });
  const networkProgram = await getProgram(provider, 'network');
  const network = await bench.openStack('network', () =>
    networkProgram({ ...base, nodeCidr: '10.0.0.0/18', ...ranges }),
  );
  const networkOutputs = readOutputs<NetworkOutputs>((await network.up()).outputs);
  const clusterProgram = await getProgram(provider, 'cluster');
  const cluster = await bench.openStack('cluster', () =>
    clusterProgram({
      ...base,
      ...ranges,
      kubernetesVersion: version,
      access: { private: true, public: true, allowedCidrs: [] },
      nodePools: [pool('system'), pool('work')],
      network: networkOutputs,
    }),
  );
  const clusterOutputs = readOutputs<ClusterOutputs>((await cluster.up()).outputs);
  return { base, network, networkOutputs, cluster, clusterOutputs };
}

async function openMembership(
  t: Test,
  bench: SimulatedBench,
  provider: StackProvider,
  layers: Awaited<ReturnType<typeof openLayers>>,
) {
  const hubServer = `${bench.simulator.url}/k8s/hub-${bench.account}`;
  const kubeconfigs = { member: join(bench.directory, 'member.json'), hub: join(bench.directory, 'hub.json') };
  const member = layers.clusterOutputs.endpoint;
  t.match(member, /^https:\/\/127\.0\.0\.1:\d+\/k8s\/[0-9a-f]+$/, 'the endpoint is one of the simulator');
  await writeFile(kubeconfigs.member, writeKubeconfig(member.replace('https:', 'http:'), bench.token));
  await writeFile(kubeconfigs.hub, writeKubeconfig(hubServer, bench.token));
  const program = await getProgram(provider, 'membership');
  const stack = await bench.openStack('membership', () =>
    program({
      ...layers.base,
      provider,
      memberName: 'sample',
      labels: {},
      endpoint: member,
      kubeconfigs,
      identifiers: { member: 'member', hub: 'hub' },
    }),
  );
  return { stack, hubServer };
}

for (const each of CASES) {
  test(`${each.provider}: network, cluster and membership are made, stay as they are, and go without a trace`, async (t) => {
    const bench = await createSimulatedBench(t);
    const layers = await openLayers(bench, each);
    for (const type of each.types) {
      t.ok((await bench.admin.listResources(bench.account, type)).length > 0, `${type} stands at the cloud`);
    }
    const pem = Buffer.from(layers.clusterOutputs.certificateAuthority, 'base64').toString();
    t.match(pem, /^-----BEGIN CERTIFICATE-----/, 'the cluster has a certificate authority of its own');
    t.same(Object.keys(layers.clusterOutputs.nodePools).sort(), ['system', 'work']);

    const membership = await openMembership(t, bench, each.provider, layers);
    const joined = await membership.stack.up();
    t.match(joined.outputs['memberId']?.value, /^[0-9a-f-]{36}$/, 'the member is known by the uid of its kube-system');
    const answer = await fetch(`${membership.hubServer}/apis/cluster.karmada.io/v1alpha1/clusters/sample`, {
      headers: { authorization: `Bearer ${bench.token}` },
    });
    t.match(
      await answer.json(),
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      'the hub finds it ready',
    );

    t.same(countChanges((await layers.cluster.up()).summary.resourceChanges), {}, 'a second up changes nothing');
    const refreshed = await layers.cluster.refresh({ runProgram: true });
    t.same(countChanges(refreshed.summary.resourceChanges), {}, 'a refresh finds what was made');
    t.same(countChanges((await layers.cluster.preview()).changeSummary), {}, 'and nothing to do after it');

    await membership.stack.destroy();
    await layers.cluster.destroy();
    await layers.network.destroy();
    const entries = await bench.admin.listLedger(bench.account);
    t.same(
      entries.filter((entry) => entry.outcome === 'refused'),
      [],
      'nothing was refused on the way',
    );
    const left = (await bench.admin.listResources(bench.account)).map((resource) => resource.type);
    // The hub's namespace is shared by all members and so outlives each.
    t.same(left, ['kubernetes:core/v1:Namespace'], 'nothing is left');
  });
}
