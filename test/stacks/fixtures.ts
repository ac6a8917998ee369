// Inputs of every layer for the tests of the stacks: one fleet member a provider, with every feature of a node pool used.

import type {
  ClusterInputs,
  NetworkInputs,
  NetworkOutputs,
  NodePoolInputs,
  StackIdentity,
} from '../../stacks/contract.ts';
import type { StackProvider } from '../../stacks/registry.ts';
import type { AddonsInputs } from '../../stacks/addons/contract.ts';
import type { MembershipInputs } from '../../stacks/membership/contract.ts';
import fc from '../helpers/properties.ts';

export const identity: StackIdentity = {
  project: 'pr_01jd8k2m9v0000000000000000',
  cluster: 'cl_01jd8k2m9w7p3x5h8q4t6r2y1z',
  clusterName: 'payments-eu',
  operation: 'op_01jd8k2m9x0000000000000000',
  tags: { Team: 'Payments', 'cost-center': 'CC 42' },
};

export const ownTags = {
  'fleetyard-project': identity.project,
  'fleetyard-cluster': identity.cluster,
  'fleetyard-operation': identity.operation,
};

/** Whatever a user may write as tags. */
export const userTags = fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), fc.string({ maxLength: 300 }), {
  maxKeys: 20,
});

type Place = { region: string; zones: string[]; machine: string; gpu: string; version: string };

export const places: Record<StackProvider, Place> = {
  eks: {
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    machine: 'm7i.xlarge',
    gpu: 'g6.xlarge',
    version: '1.35',
  },
  aks: {
    region: 'westeurope',
    zones: ['1', '2', '3'],
    machine: 'Standard_D4s_v5',
    gpu: 'Standard_NC8as_T4_v3',
    version: '1.35.5',
  },
  gke: {
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
    machine: 'n2-standard-4',
    gpu: 'g2-standard-8',
    version: '1.35',
  },
};

export const account = {
  accountId: '123456789012',
  subscriptionId: '11111111-2222-4333-8444-555555555555',
  tenantId: '66666666-7777-4888-9999-000000000000',
  project: 'fleetyard-test',
};

/** A network that a cluster stands in, as far as its plan reads it. */
export function getNetworkOutputs(provider: StackProvider): NetworkOutputs {
  return {
    networkId: 'network',
    scope: 'scope',
    nodeSubnets: places[provider].zones.map((zone) => ({ id: zone, zone, cidr: '10.0.0.0/20' })),
    podSubnets: [],
    secondaryRanges: null,
    egressIps: [],
  };
}

export function getNetworkInputs(provider: StackProvider): NetworkInputs {
  const { region, zones } = places[provider];
  return {
    identity,
    account,
    region,
    zones,
    nodeCidr: '10.20.0.0/18',
    podCidr: '100.64.0.0/16',
    serviceCidr: '10.96.0.0/20',
    ...(provider === 'gke' ? { controlPlaneCidr: '172.16.0.0/28' } : {}),
  };
}

export function getNodePools(provider: StackProvider): NodePoolInputs[] {
  const { zones, machine, gpu } = places[provider];
  return [
    {
      name: 'general',
      machineType: machine,
      count: { min: 3, max: 9 },
      spot: false,
      zones,
      labels: { tier: 'general' },
      taints: [],
    },
    {
      name: 'batch-spot-workers',
      machineType: machine,
      count: { min: 0, max: 6 },
      spot: true,
      zones,
      labels: {},
      taints: [{ key: 'batch', value: 'true', effect: 'NoSchedule' }],
    },
    {
      name: 'gpu',
      machineType: gpu,
      count: { min: 1, max: 1 },
      spot: false,
      zones: zones.slice(0, 1),
      labels: {},
      taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoExecute' }],
      accelerator: { type: provider === 'aks' ? 'nvidia-t4' : 'nvidia-l4', count: 1 },
    },
  ];
}

/** Inputs of a cluster in a network as its program reported it. */
export function getClusterInputs(provider: StackProvider, network: NetworkOutputs): ClusterInputs {
  const { nodeCidr: _nodeCidr, ...inputs } = getNetworkInputs(provider);
  return {
    ...inputs,
    kubernetesVersion: places[provider].version,
    access: { private: true, public: true, allowedCidrs: ['198.51.100.0/24'] },
    nodePools: getNodePools(provider),
    network,
  };
}

export function getAddonsInputs(provider: StackProvider, goes = false): AddonsInputs {
  const { region, zones } = places[provider];
  return { identity, account, region, zones, kubeconfig: '/run/step/member.yaml', identifier: identity.cluster, goes };
}

export function getMembershipInputs(
  provider: StackProvider,
  kubeconfigs: MembershipInputs['kubeconfigs'],
): MembershipInputs {
  const { region, zones } = places[provider];
  return {
    identity,
    account,
    region,
    zones,
    provider,
    memberName: 'payments-eu',
    labels: { environment: 'production' },
    memberTaints: [{ key: 'only', value: 'batch', effect: 'NoSchedule' }],
    endpoint: 'https://member.example',
    kubeconfigs,
    identifiers: { member: 'cl_01jd8k2m9w7p3x5h8q4t6r2y1z', hub: 'fd_01jd8k2m9w7p3x5h8q4t6r2y1z' },
  };
}
