// The addons layer: everything that lives inside the cluster, beginning with the accounts by which people come in.

import type { LayerInputs } from '../../../stacks/registry.ts';
import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { isFleetyardError } from '../../domain/errors.ts';
import type { WorkerContext } from '../context.ts';
import { mintMemberAccess, type ClusterSubject } from '../steps/cluster-subject.ts';
import { awaitRights, checkCluster } from '../steps/reach-clusters.ts';
import type { StepOrder } from '../steps/step-order.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { PrepareLayer } from './prepare-layer.ts';
import { shieldPlugin, writeStepKubeconfigs } from './step-kubeconfigs.ts';

/** Prepares a step of the addons layer: writes the kubeconfig of the cluster, which goes with the step. */
export const prepareAddons: PrepareLayer<'addons'> = async (context, subject, order) => {
  // Minted first, so that a failure leaves nothing behind.
  const member = await mintMemberAccess(context, subject);
  if (await isOutOfReach(context, subject, order, member)) return undefined;
  if (order.step.action === 'up' && order.onlySettle !== true) await awaitOwnRights(context, member, order);
  const { paths, own, remove } = await writeStepKubeconfigs(context, subject, { member });
  return {
    inputs: buildAddonsInputs(subject.step, { kubeconfig: paths.member, goes: order.step.action === 'destroy' }),
    variables: shieldPlugin(context.engine.environment, member),
    folder: own,
    cleanUp: remove,
  };
};

/** Seconds that a step waits with its slot held; it is tried again after that. */
const longestHold = 30;

async function awaitOwnRights(context: WorkerContext, access: ApiServerAccess, { lease }: StepOrder): Promise<void> {
  const { everySeconds, forSeconds } = context.memberPatience;
  const patience = { everySeconds, forSeconds: Math.min(forSeconds, longestHold) };
  const signal = AbortSignal.any([lease.cancelled, lease.lost]);
  await awaitRights({ guard: context.outgoing, access, patience, signal });
}

/** Inputs of the addons layer. */
export function buildAddonsInputs(
  cluster: StepCluster,
  { kubeconfig, goes }: { kubeconfig: string; goes: boolean },
): LayerInputs['addons'] {
  return { ...buildBaseInputs(cluster), kubeconfig, identifier: cluster.id, goes };
}

/** A private API server that this worker does not reach goes without add-ons: its cluster is as good as it can be made from here. */
async function isOutOfReach(
  { outgoing }: WorkerContext,
  { step: { spec } }: ClusterSubject,
  { step }: StepOrder,
  member: ApiServerAccess,
): Promise<boolean> {
  if (spec.access.public || step.action !== 'up') return false;
  try {
    await checkCluster(outgoing, member);
    return false;
  } catch (error) {
    if (isFleetyardError(error, 'unavailable')) return true;
    throw error;
  }
}
