// The Node objects of a pool: what their kubelets would tell of themselves.
import { findMachineFacts } from '../../../clouds/facts.ts';
import type { NodesNeed, PlacedPool, Taint } from '../../../clouds/control-plane.ts';

/** A node as the API server gets it. */
export type Node = {
  apiVersion: 'v1';
  kind: 'Node';
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: { providerID: string; taints: Taint[] };
  status: {
    capacity: Record<string, string>;
    allocatable: Record<string, string>;
    nodeInfo: Record<string, string>;
  };
};

/** Marks nodes of pools without a version of their own, which say that of their control plane. */
export const FOLLOWS = 'simulated.fleetyard/follows-control-plane';
/** The label by which each cloud names a node's pool. */
const POOL_LABELS: Record<PlacedPool['provider'], string> = {
  aws: 'eks.amazonaws.com/nodegroup',
  'azure-native': 'kubernetes.azure.com/agentpool',
  gcp: 'cloud.google.com/gke-nodepool',
};
/** What a small machine has, for one that the catalogue does not know. */
const UNKNOWN_MACHINE = { cpu: 2, memoryGiB: 4 };
const PODS = '110';
const DISK = '100Gi';
/** What kubelet and system keep for themselves. */
const RESERVED = { cpuMillis: 100, memoryShare: 0.06 };
const MIB_OF_GIB = 1024;

/** How a pool's nodes are found. */
export function selectPool({ provider, name }: PlacedPool): string {
  return `${POOL_LABELS[provider]}=${name}`;
}

/** Kubernetes writes a `v` before the number. */
export function spellVersion(version: string): string {
  return `v${version.replace(/^v/, '')}`;
}

/** All nodes of a pool; `version` is that of its control plane. */
export function describeNodes(pool: PlacedPool, version: string): Node[] {
  return pool.nodes.flatMap((nodes) =>
    Array.from({ length: nodes.count }, (_, index) => describeNode(pool, nodes, { index, version })),
  );
}

function describeNode(
  pool: PlacedPool,
  { zone, machineType, labels, taints }: NodesNeed,
  { index, version }: { index: number; version: string },
): Node {
  const name = `${pool.name}-${zone}-${index}`.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        ...labels,
        [POOL_LABELS[pool.provider]]: pool.name,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/instance-type': machineType,
        'topology.kubernetes.io/region': pool.region,
        'topology.kubernetes.io/zone': zone,
      },
      annotations: { [FOLLOWS]: String(pool.version === undefined) },
    },
    spec: { providerID: `simulated://${zone}/${name}`, taints },
    status: {
      ...describeCapacity(machineType),
      nodeInfo: describeSystem(spellVersion(pool.version ?? version)),
    },
  };
}

function describeCapacity(machineType: string): Pick<Node['status'], 'capacity' | 'allocatable'> {
  const { cpu, memoryGiB, accelerator } = findMachineFacts(machineType) ?? {
    ...UNKNOWN_MACHINE,
    accelerator: undefined,
  };
  const fixed = {
    pods: PODS,
    'ephemeral-storage': DISK,
    ...(accelerator ? { 'nvidia.com/gpu': String(accelerator.count) } : {}),
  };
  const memory = Math.floor(memoryGiB * MIB_OF_GIB);
  return {
    capacity: { cpu: String(cpu), memory: `${memory}Mi`, ...fixed },
    allocatable: {
      cpu: `${cpu * 1000 - RESERVED.cpuMillis}m`,
      memory: `${Math.floor(memory * (1 - RESERVED.memoryShare))}Mi`,
      ...fixed,
    },
  };
}

function describeSystem(kubeletVersion: string): Record<string, string> {
  return {
    kubeletVersion,
    architecture: 'amd64',
    operatingSystem: 'linux',
    osImage: 'simulated',
    kernelVersion: 'simulated',
    containerRuntimeVersion: 'simulated://1',
    bootID: '',
    kubeProxyVersion: '',
    machineID: '',
    systemUUID: '',
  };
}
