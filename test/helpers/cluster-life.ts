// The life of one simulated cluster of each provider under the real engine: made, joined, unchanged, gone without a trace.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputMap } from '@pulumi/pulumi/automation/index.js';
import type { Test } from 'tap';
import type { ClusterOutputs, NetworkOutputs, NodePoolInputs } from '../../stacks/contract.ts';
import { mintClusterToken } from '../../services/access/kubernetes-token.ts';
import type { Cloud } from '../../services/domain/clouds.ts';
import { getProgram, type StackProvider } from '../../stacks/registry.ts';
import { fetchSimulatedAuthority, readSecure } from './secure.ts';
import { countChanges, createSimulatedBench, type SimulatedBench } from './simulated-stacks.ts';

/** A cluster to be made. */
export type SimulatedCluster = {
  provider: StackProvider;
  region: string;
  zones: string[];
  version: string;
  machine: string;
  types: string[];
};

function readOutputs<T>(outputs: OutputMap): T {
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, output.value as unknown])) as T;
}

const clouds: Record<StackProvider, Cloud> = { eks: 'aws', aks: 'azure', gke: 'gcp' };

/** What the product shows to the API server of a cluster that it made. */
async function mintToken(bench: SimulatedBench, { provider, region }: SimulatedCluster, physicalName: string) {
  const secret = { token: bench.token };
  const credential = { id: bench.account, provider: clouds[provider], simulated: true, attributes: {}, secret };
  return (
    await mintClusterToken(credential, { region, physicalName }, { now: new Date(), simulatorUrl: bench.simulator.url })
  ).token;
}

function writeKubeconfig(server: string, token: string): string {
  return JSON.stringify({
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token } }],
  });
}

async function openLayers(bench: SimulatedBench, each: SimulatedCluster) {
  const { provider, region, zones, version, machine } = each;
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
  const token = await mintToken(bench, each, clusterOutputs.physicalName);
  return { base, network, networkOutputs, cluster, clusterOutputs, token };
}

/** The add-ons, made and left as they are; `goes` is what the next action is told. */
async function openAddons(
  t: Test,
  bench: SimulatedBench,
  provider: StackProvider,
  layers: Awaited<ReturnType<typeof openLayers>>,
) {
  const kubeconfig = join(bench.directory, 'member.json');
  await writeFile(kubeconfig, writeKubeconfig(layers.clusterOutputs.endpoint, layers.token));
  const program = await getProgram(provider, 'addons');
  const told = { goes: false };
  const stack = await bench.openStack('addons', () =>
    program({ ...layers.base, kubeconfig, identifier: 'member', ...told }),
  );
  const made = await stack.up();
  t.equal(made.outputs['namespace']?.value, 'fleetyard-system');
  t.equal(countChanges(made.summary.resourceChanges)['create'], 9, 'seven objects, the provider and the stack');
  return { stack, told };
}

async function openMembership(
  t: Test,
  bench: SimulatedBench,
  provider: StackProvider,
  layers: Awaited<ReturnType<typeof openLayers>>,
) {
  const hubServer = `${bench.simulator.url.replace('http:', 'https:')}/k8s/hub-${bench.account}`;
  const kubeconfigs = { member: join(bench.directory, 'member.json'), hub: join(bench.directory, 'hub.json') };
  const member = layers.clusterOutputs.endpoint;
  t.match(member, /^https:\/\/127\.0\.0\.1:\d+\/k8s\/[0-9a-f]+$/, 'the endpoint is one of the simulator');
  await writeFile(kubeconfigs.member, writeKubeconfig(member, layers.token));
  await writeFile(kubeconfigs.hub, writeKubeconfig(hubServer, bench.token));
  const program = await getProgram(provider, 'membership');
  const stack = await bench.openStack('membership', () =>
    program({
      ...layers.base,
      provider,
      memberName: 'sample',
      labels: {},
      memberTaints: [],
      endpoint: member,
      kubeconfigs,
      identifiers: { member: 'member', hub: 'hub' },
    }),
  );
  return { stack, hubServer };
}

/** Makes all layers, checks what they are, and removes them. */
export async function checkClusterLife(t: Test, each: SimulatedCluster): Promise<void> {
  const bench = await createSimulatedBench(t);
  const layers = await openLayers(bench, each);
  for (const type of each.types) {
    t.ok((await bench.admin.listResources(bench.account, type)).length > 0, `${type} stands at the cloud`);
  }
  const pem = Buffer.from(layers.clusterOutputs.certificateAuthority, 'base64').toString();
  t.match(pem, /^-----BEGIN CERTIFICATE-----/, 'the cluster has a certificate authority of its own');
  t.same(Object.keys(layers.clusterOutputs.nodePools).sort(), ['system', 'work']);

  const addons = await openAddons(t, bench, each.provider, layers);
  const membership = await openMembership(t, bench, each.provider, layers);
  const joined = await membership.stack.up();
  t.match(joined.outputs['memberId']?.value, /^[0-9a-f-]{36}$/, 'the member is known by the uid of its kube-system');
  const answer = await readSecure(`${membership.hubServer}/apis/cluster.karmada.io/v1alpha1/clusters/sample`, {
    authority: await fetchSimulatedAuthority(bench.simulator.url),
    token: bench.token,
  });
  t.match(answer.json(), { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'the hub finds it ready');

  const again = await layers.cluster.up({ refresh: true, runProgram: true });
  t.same(countChanges(again.summary.resourceChanges), {}, 'a refresh finds what was made, and nothing is to be done');

  await membership.stack.destroy();
  addons.told.goes = true;
  await addons.stack.destroy({ runProgram: true });
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
}
