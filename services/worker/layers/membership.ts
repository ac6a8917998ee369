// The membership layer: the objects by which a member and its hub know each other.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterOutputs } from '../../../stacks/contract.ts';
import type { LayerInputs } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import { mintMemberKubeconfig, openHub, type ClusterSubject } from '../steps/cluster-subject.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { CleanUp, PrepareLayer } from './prepare-layer.ts';
import { takeFolder } from './step-folder.ts';

/** Where a membership step finds its hub. */
export type StepHub = { identifier: string; kubeconfigs: { member: string; hub: string } };

/** Prepares a step of the membership layer: writes the kubeconfigs of both sides, which go with the step. */
export const prepareMembership: PrepareLayer<'membership'> = async (context, subject) => {
  const { remove, own, ...kubeconfigs } = await writeKubeconfigs(context, subject);
  const hub = { identifier: openHub(context, subject).identifier, kubeconfigs };
  return { inputs: buildMembershipInputs(subject.step, subject.outputs('cluster'), hub), cleanUp: remove, folder: own };
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

/** Kubeconfigs of one step, at paths that stay the same for the cluster: they are inputs of providers, and another path would be a change. */
async function writeKubeconfigs(
  context: WorkerContext,
  subject: ClusterSubject,
): Promise<{ member: string; hub: string; own: string; remove: CleanUp }> {
  // Minted first, so that a failure leaves nothing behind.
  const contents = [await mintMemberKubeconfig(context, subject), openHub(context, subject).kubeconfig] as const;
  const { folder, own, remove } = await takeFolder(
    join(context.engine.workDir, 'kubeconfigs'),
    subject.cluster.id,
    subject.claim,
  );
  try {
    await writeFile(join(own, 'member.yaml'), contents[0], { mode: 0o600 });
    await writeFile(join(own, 'hub.yaml'), contents[1], { mode: 0o600 });
    return { member: join(folder, 'member.yaml'), hub: join(folder, 'hub.yaml'), own, remove };
  } catch (error) {
    await remove(false);
    throw error;
  }
}
