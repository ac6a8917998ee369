// The membership layer: the objects by which a member and its hub know each other.

import type { ClusterOutputs } from '../../../stacks/contract.ts';
import type { LayerInputs } from '../../../stacks/registry.ts';
import { writeKubeconfigs, type KubeconfigFiles } from '../../engine/work-folders.ts';
import type { WorkerContext } from '../context.ts';
import { mintMemberKubeconfig, openHub, type ClusterSubject } from '../steps/cluster-subject.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { PrepareLayer } from './prepare-layer.ts';

/** Where a membership step finds its hub. */
export type StepHub = { identifier: string; kubeconfigs: { member: string; hub: string } };

/** Prepares a step of the membership layer: writes the kubeconfigs of both sides, which go with the step. */
export const prepareMembership: PrepareLayer<'membership'> = async (context, subject) => {
  const { remove, ...kubeconfigs } = await writeStepKubeconfigs(context, subject);
  const hub = { identifier: openHub(context, subject).identifier, kubeconfigs };
  return { inputs: buildMembershipInputs(subject.step, subject.outputs('cluster'), hub), cleanUp: remove };
};

/** Inputs of the membership layer. */
export function buildMembershipInputs(
  cluster: StepCluster,
  outputs: ClusterOutputs,
  hub: StepHub,
): LayerInputs['membership'] {
  return {
    ...buildBaseInputs(cluster),
    provider: cluster.spec.provider,
    memberName: cluster.spec.name,
    labels: cluster.spec.labels,
    endpoint: outputs.endpoint,
    kubeconfigs: hub.kubeconfigs,
    identifiers: { member: cluster.id, hub: hub.identifier },
  };
}

async function writeStepKubeconfigs(context: WorkerContext, subject: ClusterSubject): Promise<KubeconfigFiles> {
  const member = await mintMemberKubeconfig(context, subject);
  const hub = openHub(context, subject).kubeconfig;
  return writeKubeconfigs(context.engine.workDir, subject.cluster.id, { member, hub });
}
