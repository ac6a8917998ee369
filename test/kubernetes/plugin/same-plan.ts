// The membership program has one plan, whether its API servers are real or played by the ledger: compared resource by resource.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineEvent, Stack } from '@pulumi/pulumi/automation/index.js';
import { test, type Test } from 'tap';
import { getProgram } from '../../../stacks/registry.ts';
import { startApiServer, type TestApiServer } from '../../helpers/api-server.ts';
import { createSimulatedBench, type SimulatedBench } from '../../helpers/simulated-stacks.ts';

type Planned = { op: string; type: string; name: string; inputs: unknown; replaces: string[]; changed: string[] };
type Change = { labels?: Record<string, string>; zones?: string[]; memberName?: string };
type Opened = { stack: Stack; change(change: Change): void };

const CONTROLLERS = ['namespace-controller', 'garbage-collector-controller', 'serviceaccount-token-controller'];

/** The kind of members, as a hub has it: any spec. */
const MEMBERS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'clusters.cluster.karmada.io', annotations: { 'api-approved.kubernetes.io': 'unapproved' } },
  spec: {
    group: 'cluster.karmada.io',
    scope: 'Cluster',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

test('a join has the same plan on real API servers and on played ones', { timeout: 540_000 }, async (t) => {
  const [bench, member, hub] = await Promise.all([createSimulatedBench(t), startReal(t), startReal(t)]);
  await hub.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', MEMBERS);
  const played = `${bench.simulator.url.replace('http:', 'https:')}/k8s/hub-`;
  const write = (server: string) => writeKubeconfig(server, bench.token);
  const ledger = await open(bench, 'ledger', { member: write(`${played}cr_member`), hub: write(`${played}cr_hub`) });
  const real = await open(bench, 'real', { member: member.writeKubeconfig(), hub: hub.writeKubeconfig() });
  const compare = async (what: string, plan: (stack: Stack) => Promise<Planned[]>) => {
    const [wanted, found] = [await plan(ledger.stack), await plan(real.stack)];
    t.ok(wanted.length > 5, `${what} has a plan`);
    t.same(found, wanted, what);
    return found;
  };
  await compare('a first join', planUp);
  for (const { stack } of [ledger, real]) await stack.up();
  const again = await compare('the same once more', planUp);
  t.same([...new Set(again.map(({ op }) => op))].sort(), ['read', 'same']);
  for (const each of [ledger, real]) each.change({ labels: { tier: 'gold' }, zones: ['b'] });
  const changed = await compare('other labels and zones', planUp);
  t.same(
    changed.filter(({ op }) => op === 'update').map(({ name }) => name),
    ['member'],
  );
  for (const { stack } of [ledger, real]) await stack.up();
  for (const each of [ledger, real]) each.change({ memberName: 'other' });
  const renamed = await compare('another name', planUp);
  t.ok(renamed.some(({ op }) => op.includes('replace')));
  for (const each of [ledger, real]) each.change({ memberName: 'sample' });
  await compare('a leave', planDestroy);
  await real.stack.destroy();
  const left = await member.ask('GET', '/api/v1/namespaces/karmada-cluster');
  t.equal(left.status, 404, 'nothing stays in the member');
  const rows = await hub.ask('GET', '/apis/cluster.karmada.io/v1alpha1/clusters');
  t.same(rows.body['items'], []);
});

function startReal(t: Test): Promise<TestApiServer> {
  return startApiServer(t, { controllers: CONTROLLERS });
}

function writeKubeconfig(server: string, token: string): string {
  return JSON.stringify({
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token } }],
  });
}

async function open(bench: SimulatedBench, name: string, texts: { member: string; hub: string }): Promise<Opened> {
  const program = await getProgram('gke', 'membership');
  const path = (side: string) => join(bench.directory, `${name}-${side}.json`);
  await Promise.all([writeFile(path('member'), texts.member), writeFile(path('hub'), texts.hub)]);
  let given: Change = {};
  const stack = await bench.openStack(name, () =>
    program({
      identity: { project: 'pr_test', cluster: 'cl_1', clusterName: 'sample', operation: 'op_1', tags: {} },
      account: bench.identity,
      region: 'europe-west1',
      provider: 'gke',
      endpoint: 'https://127.99.0.1:6443',
      kubeconfigs: { member: path('member'), hub: path('hub') },
      identifiers: { member: 'member', hub: 'hub' },
      labels: {},
      memberTaints: [],
      zones: ['a'],
      memberName: 'sample',
      ...given,
    }),
  );
  return { stack, change: (change) => (given = { ...given, ...change }) };
}

async function planUp(stack: Stack): Promise<Planned[]> {
  return plan((onEvent) => stack.preview({ onEvent }));
}

async function planDestroy(stack: Stack): Promise<Planned[]> {
  return plan((onEvent) => stack.destroy({ previewOnly: true, onEvent }));
}

async function plan(run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<Planned[]> {
  const found: Planned[] = [];
  await run((event) => {
    const step = event.resourcePreEvent?.metadata;
    if (!step || step.type === 'pulumi:pulumi:Stack') return;
    found.push({
      op: step.op,
      type: step.type,
      name: step.urn.split('::').at(-1) ?? '',
      inputs: forget(step.new?.inputs ?? {}),
      replaces: step.keys ?? [],
      changed: Object.keys(step.detailedDiff ?? {}).sort(),
    });
  });
  return found.sort((one, other) =>
    `${one.type}${one.name}${one.op}`.localeCompare(`${other.type}${other.name}${other.op}`),
  );
}

/** Paths differ by stack, and the uid of a cluster by cluster. */
function forget(inputs: unknown): unknown {
  const text = JSON.stringify(inputs)
    .replaceAll(/(ledger|real)-(member|hub)\.json/g, '$2.json')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID');
  return JSON.parse(text) as unknown;
}
