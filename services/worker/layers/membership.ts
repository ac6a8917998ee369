// The membership layer: the objects by which a member and its hub know each other.

import type { ClusterOutputs } from '../../../stacks/contract.ts';
import type { LayerInputs } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { pinAccess } from '../../access/kubeconfig/open-hub.ts';
import { explainFailure, openKubernetes } from '../../access/kubernetes-client.ts';
import { getAdapter } from '../../federation/registry.ts';
import { writeOutgoingUrl } from '../../outgoing/read-url.ts';
import { mintMemberAccess, openHub, type ClusterSubject } from '../steps/cluster-subject.ts';
import { awaitReadyFederation } from '../steps/federation-ready.ts';
import type { StepOrder } from '../steps/step-order.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { PrepareLayer } from './prepare-layer.ts';
import { shieldPlugin, writeStepKubeconfigs } from './step-kubeconfigs.ts';

/** Where a membership step finds its hub. */
export type StepHub = { identifier: string; memberName: string; kubeconfigs: { member: string; hub: string } };

/** Prepares a step of the membership layer: writes the kubeconfigs of both sides, which go with the step. */
export const prepareMembership: PrepareLayer<'membership'> = async (context, subject, order) => {
  if (joins(subject, order)) await awaitHub(context, subject, order);
  // Minted first, so that a failure leaves nothing behind.
  const member = await mintMemberAccess(context, subject);
  const { access, identifier, engine } = await openHub(context, subject);
  const memberName = nameMember(subject, engine);
  if (joins(subject, order)) await checkJoin(context, { engine, hub: access, member, memberName });
  const hub = await pin(context, access);
  const { remove, own, paths: kubeconfigs } = await writeStepKubeconfigs(context, subject, { member, hub });
  return {
    inputs: buildMembershipInputs(subject.step, subject.outputs('cluster'), { identifier, memberName, kubeconfigs }),
    variables: shieldPlugin(context.engine.environment, hub),
    folder: own,
    cleanUp: remove,
  };
};

/** Seconds that a step waits for a check: it holds a slot meanwhile that the check may need, and is tried again after that. */
const longestHold = 30;

/** Members of old stay what they are while their hub is away; only a new one is held back. */
function joins(subject: ClusterSubject, { step, onlySettle = false }: StepOrder): boolean {
  return step.action === 'up' && !onlySettle && subject.findOutputs('membership') === undefined;
}

/** A member that stands keeps the name under which it joined: another one would be another member, and its workloads would move. */
function nameMember({ step: { id, spec }, findOutputs }: ClusterSubject, engine: string): string {
  return findOutputs('membership')?.memberName ?? getAdapter(engine).nameMember({ id, name: spec.name });
}

/** The engine would only say that something failed: what can't go well is refused before anything is made, with its cause. */
async function checkJoin(
  { outgoing }: WorkerContext,
  {
    engine,
    memberName,
    ...sides
  }: { engine: string; hub: ApiServerAccess; member: ApiServerAccess; memberName: string },
): Promise<void> {
  const [hub, member] = [openKubernetes(outgoing, sides.hub), openKubernetes(outgoing, sides.member)];
  await getAdapter(engine).checkJoin({ hub, member, memberName });
}

async function awaitHub(context: WorkerContext, { federation }: ClusterSubject, { lease }: StepOrder): Promise<void> {
  if (federation === undefined) return;
  const signal = AbortSignal.any([lease.cancelled, lease.lost]);
  const { everySeconds, forSeconds } = context.memberPatience;
  const patience = { everySeconds, forSeconds: Math.min(forSeconds, longestHold) };
  await awaitReadyFederation(context, { federationId: federation.row.id, patience, signal });
}

/** The plugin resolves names by itself: it is told the address that was checked. */
async function pin(context: WorkerContext, access: ApiServerAccess): Promise<ApiServerAccess> {
  try {
    return await pinAccess(context.outgoing, access);
  } catch (error) {
    throw explainFailure(error, writeOutgoingUrl(access.url));
  }
}

/** Inputs of the membership layer. */
export function buildMembershipInputs(
  cluster: StepCluster,
  outputs: ClusterOutputs,
  hub: StepHub,
): LayerInputs['membership'] {
  return {
    ...buildBaseInputs(cluster),
    provider: cluster.spec.provider,
    memberName: hub.memberName,
    labels: cluster.spec.labels,
    memberTaints: cluster.spec.memberTaints ?? [],
    endpoint: outputs.endpoint,
    kubeconfigs: hub.kubeconfigs,
    identifiers: { member: cluster.id, hub: hub.identifier },
  };
}
