// The cluster layer: control plane and pools, on the network below.

import type { ClusterInputs, NetworkOutputs } from '../../../stacks/contract.ts';
import type { ManagedCluster } from '../../domain/cluster-spec.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { PrepareLayer } from './prepare-layer.ts';

/** Prepares a step of the cluster layer. */
export const prepareCluster: PrepareLayer<'cluster'> = async (_context, subject) => ({
  inputs: buildClusterInputs(subject.step, subject.outputs('network'), subject.findOutputs('cluster')?.systemPool),
  cleanUp: async () => undefined,
});

/** Inputs of the cluster layer; `systemPool` is what an earlier `up` reported. */
export function buildClusterInputs(
  cluster: StepCluster,
  network: NetworkOutputs,
  systemPool: string | null = null,
): ClusterInputs {
  const { kubernetesVersion, access, nodePools, network: ranges } = cluster.spec;
  return {
    ...buildBaseInputs(cluster),
    kubernetesVersion,
    access: planAccess(access),
    nodePools: nodePools.map(({ machine: _asked, ...pool }) => pool),
    network,
    podCidr: ranges.podCidr,
    serviceCidr: ranges.serviceCidr,
    ...(systemPool === null ? {} : { systemPool }),
    ...(ranges.controlPlaneCidr === undefined ? {} : { controlPlaneCidr: ranges.controlPlaneCidr }),
  };
}

const everybody = '0.0.0.0/0';

/** The programs say "everybody" by an empty list, for not every cloud takes it as a range. */
function planAccess(access: ManagedCluster['access']): ManagedCluster['access'] {
  return access.allowedCidrs.includes(everybody) ? { ...access, allowedCidrs: [] } : access;
}
