// What the programs of a cluster's layers are given.
import { test } from 'tap';
import type { ManagedCluster } from '../../services/domain/cluster-spec.ts';
import { FleetyardError } from '../../services/domain/errors.ts';
import type { StepCluster } from '../../services/worker/layers/base-inputs.ts';
import { buildAddonsInputs } from '../../services/worker/layers/addons.ts';
import { buildClusterInputs } from '../../services/worker/layers/cluster.ts';
import { buildMembershipInputs } from '../../services/worker/layers/membership.ts';
import { buildNetworkInputs } from '../../services/worker/layers/network.ts';
import { endOfError } from '../../services/worker/steps/step-end.ts';
import type { ClusterOutputs, NetworkOutputs } from '../../stacks/contract.ts';

const spec: ManagedCluster = {
  schemaVersion: 1,
  name: 'web',
  provider: 'gke',
  region: 'europe-west1',
  zones: ['europe-west1-b', 'europe-west1-c'],
  credential: 'cr_1',
  account: 'project-1',
  kubernetesVersion: '1.35',
  requestedVersion: null,
  labels: { tier: 'cloud' },
  tags: { team: 'payments' },
  access: { private: true, public: false, allowedCidrs: [] },
  network: {
    nodeCidr: '10.0.0.0/22',
    podCidr: '100.64.0.0/18',
    serviceCidr: '10.128.0.0/20',
    controlPlaneCidr: '10.0.4.0/28',
  },
  nodePools: [
    {
      name: 'general',
      machineType: 'e2-standard-4',
      count: { min: 1, max: 3 },
      spot: false,
      zones: ['europe-west1-b'],
      labels: {},
      taints: [],
      machine: { cpu: 4, memoryGiB: 16 },
    },
  ],
  protect: false,
};
const cluster: StepCluster = {
  id: 'cl_1',
  projectId: 'pr_1',
  createdBy: 'op_1',
  spec,
  account: { project: 'project-1' },
};
const network: NetworkOutputs = {
  networkId: 'network-1',
  scope: 'project-1',
  nodeSubnets: [{ id: 'subnet-1', zone: null, cidr: '10.0.0.0/22' }],
  podSubnets: [],
  secondaryRanges: { pods: 'pods', services: 'services' },
  egressIps: [],
};
const base = {
  identity: {
    project: 'pr_1',
    cluster: 'cl_1',
    clusterName: 'web',
    operation: 'op_1',
    tags: { team: 'payments' },
  },
  account: { project: 'project-1' },
  region: 'europe-west1',
  zones: ['europe-west1-b', 'europe-west1-c'],
};

test('the network gets every range of the cluster', async (t) => {
  t.same(buildNetworkInputs(cluster), { ...base, ...spec.network });
});

test('the cluster gets the network below it, and of each pool what the cloud knows', async (t) => {
  const { machine: _asked, ...pool } = spec.nodePools[0] ?? {};
  t.same(buildClusterInputs(cluster, network), {
    ...base,
    kubernetesVersion: '1.35',
    access: spec.access,
    nodePools: [pool],
    network,
    podCidr: '100.64.0.0/18',
    serviceCidr: '10.128.0.0/20',
    controlPlaneCidr: '10.0.4.0/28',
  });
});

test('hardening 16: the programs say everybody by an empty list', async (t) => {
  const access = (allowedCidrs: string[]) =>
    buildClusterInputs(
      { ...cluster, spec: { ...spec, access: { private: true, public: true, allowedCidrs } } },
      network,
    ).access.allowedCidrs;
  t.same(access(['0.0.0.0/0']), []);
  t.same(access(['203.0.113.0/24']), ['203.0.113.0/24']);
});

test('the pool that an earlier run put into the cluster stays there', async (t) => {
  t.equal(buildClusterInputs(cluster, network, 'general').systemPool, 'general');
  t.notOk('systemPool' in buildClusterInputs(cluster, network, null));
});

test('a control plane without a range of its own gets none', async (t) => {
  const { controlPlaneCidr: _none, ...ranges } = spec.network;
  const inputs = buildClusterInputs({ ...cluster, spec: { ...spec, network: ranges } }, network);
  t.notOk('controlPlaneCidr' in inputs);
});

test('the membership gets the labels, the endpoint and stable identities of both sides', async (t) => {
  const outputs = { endpoint: 'https://203.0.113.1' } as ClusterOutputs;
  const kubeconfigs = { member: '/w/member.yaml', hub: '/w/hub.yaml' };
  t.same(buildMembershipInputs(cluster, outputs, { identifier: 'fd_1', memberName: 'web-1', kubeconfigs }), {
    ...base,
    provider: 'gke',
    memberName: 'web-1',
    labels: { tier: 'cloud' },
    memberTaints: [],
    endpoint: 'https://203.0.113.1',
    kubeconfigs,
    identifiers: { member: 'cl_1', hub: 'fd_1' },
  });
});

test('the add-ons get a path that stays, an identity that stays, and whether the cluster goes with them', async (t) => {
  const kubeconfig = '/w/member.yaml';
  t.same(buildAddonsInputs(cluster, { kubeconfig, goes: true }), {
    ...base,
    kubeconfig,
    identifier: 'cl_1',
    goes: true,
  });
});

test('what a step throws becomes its end, by class and without secrets', async (t) => {
  t.match(endOfError(new FleetyardError('unavailable', 'away')), {
    outcome: 'failed',
    error: { class: 'unreachable', advice: /network path/ },
  });
  t.match(endOfError(new FleetyardError('credential-mismatch', 'no')), { error: { class: 'credentials' } });
  t.match(endOfError(new TypeError('Authorization: Bearer abcdefghijklmnopqrstuvwx')), {
    error: { class: 'internal' },
  });
  const told = endOfError(new Error('got Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln'));
  t.notMatch(JSON.stringify(told), 'eyJzdWIiOiJ4In0');
  t.same(endOfError(new DOMException('stop', 'AbortError')), { outcome: 'cancelled' });
  t.throws(() => endOfError(new FleetyardError('lease-lost', 'lost')), { code: 'lease-lost' }, "is nobody else's");
});
