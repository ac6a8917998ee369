// Builds what a stack program gets, from the stored spec and the outputs of the layers below.

import type { ResolvedCluster } from '../../domain/cluster-spec.ts';
import type {
  BaseInputs,
  ClusterInputs,
  ClusterOutputs,
  MembershipInputs,
  NetworkInputs,
  NetworkOutputs,
} from '../../../stacks/contract.ts';

/** The cluster that a step works on. */
export type StepCluster = {
  id: string;
  projectId: string;
  /** The operation that created the cluster; tags carry it for the cluster's life. */
  createdBy: string;
  spec: ResolvedCluster;
  /** The public part of the credential. */
  account: Record<string, string>;
};

/** Where a membership step finds its hub. */
export type StepHub = { identifier: string; kubeconfigs: { member: string; hub: string } };

function buildBase(cluster: StepCluster): BaseInputs {
  const { spec } = cluster;
  return {
    identity: {
      project: cluster.projectId,
      cluster: cluster.id,
      clusterName: spec.name,
      operation: cluster.createdBy,
      tags: spec.tags,
    },
    account: cluster.account,
    region: spec.region,
    zones: spec.zones,
  };
}

/** Inputs of the network layer. */
export function buildNetworkInputs(cluster: StepCluster): NetworkInputs {
  return { ...buildBase(cluster), ...cluster.spec.network };
}

/** Inputs of the cluster layer; `systemPool` is what an earlier `up` reported. */
export function buildClusterInputs(
  cluster: StepCluster,
  network: NetworkOutputs,
  systemPool: string | null = null,
): ClusterInputs {
  const { kubernetesVersion, access, nodePools, network: ranges } = cluster.spec;
  return {
    ...buildBase(cluster),
    kubernetesVersion,
    access,
    nodePools: nodePools.map(({ machine: _asked, ...pool }) => pool),
    network,
    podCidr: ranges.podCidr,
    serviceCidr: ranges.serviceCidr,
    ...(systemPool === null ? {} : { systemPool }),
    ...(ranges.controlPlaneCidr === undefined ? {} : { controlPlaneCidr: ranges.controlPlaneCidr }),
  };
}

/** Inputs of the membership layer. */
export function buildMembershipInputs(cluster: StepCluster, outputs: ClusterOutputs, hub: StepHub): MembershipInputs {
  return {
    ...buildBase(cluster),
    provider: cluster.spec.provider,
    memberName: cluster.spec.name,
    labels: cluster.spec.labels,
    endpoint: outputs.endpoint,
    kubeconfigs: hub.kubeconfigs,
    identifiers: { member: cluster.id, hub: hub.identifier },
  };
}
