// Performs one step of an operation, whatever its kind.

import { once } from 'node:events';
import { mergeStatus } from '../../store/write-observed.ts';
import { closeSimulatedHub, openHubAccess } from '../../access/kubeconfig/open-hub.ts';
import { hasOtherFederation } from '../../store/federations.ts';
import type { OpenCredential } from '../../access/credential.ts';
import { readStoredControlPlanes } from '../../domain/simulated-account.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import type { PlainStepName } from '../../domain/step-kinds.ts';
import { readMonotonicClock } from '../../engine/monotonic-clock.ts';
import type { WorkerContext } from '../context.ts';
import { abandonRest } from './abandon-rest.ts';
import { drainMember } from './drain-member.ts';
import { loadClusterSubject, mintMemberAccess, openCredential, openHub } from './cluster-subject.ts';
import { displaceWorkloads, placeWorkloads } from './place-workloads.ts';
import { runEngineStep } from './engine-step.ts';
import { startDeadline } from './step-deadline.ts';
import type { StepOrder } from './step-order.ts';
import { awaitMember, checkCluster, checkHub } from './reach-clusters.ts';
import { endOfDeadline, endOfError, type StepEnd } from './step-end.ts';
import { traceStep } from '../trace-operation.ts';
import { writeUnderLease } from '../write-under-lease.ts';

type Performer = (context: WorkerContext, order: StepOrder) => Promise<StepEnd>;

const checkReachable: Performer = async (context, { operation, lease }) => {
  const subject = await loadClusterSubject(context, operation, lease);
  const { access } = subject.step.spec;
  const { endpoint, oidcIssuer, kubernetesVersion, physicalName } = subject.outputs('cluster');
  const { simulated } = subject.credential;
  const simulation = describeSimulation(subject.credential, null);
  const status = { endpoint, oidcIssuer, kubernetesVersion, physicalName, simulated, simulation };
  // A worker outside of the network can't ask a private API server; the provider's own word has to do.
  if (!access.public) return { outcome: 'skipped', status };
  const apiVersion = await checkCluster(context.outgoing, await mintMemberAccess(context, subject));
  const checkedAt = context.now().toISOString();
  const observed = { apiVersion, simulation: describeSimulation(subject.credential, apiVersion), checkedAt };
  return { outcome: 'succeeded', status: { ...status, ...observed } };
};

/** What a simulated cluster stands on; the version that it calls its own is the simulated one. */
function describeSimulation({ simulated, attributes }: OpenCredential, apiVersion: string | null) {
  if (!simulated) return null;
  const controlPlanes = readStoredControlPlanes(attributes['controlPlanes']);
  return { controlPlanes, kubernetesVersion: controlPlanes === 'local' ? apiVersion : null };
}

const checkFederation: Performer = async (context, { operation, lease }) => {
  const { engine, hubCredentialId } = readOperationInput(operation, 'federation');
  const credential = await writeUnderLease(context, lease, (tx) => openCredential(tx, hubCredentialId));
  const access = await openHubAccess(credential, context.engine.simulatorUrl);
  const report = await checkHub(context.outgoing, engine, access);
  const { simulated } = credential;
  const checkedAt = context.now().toISOString();
  return { outcome: 'succeeded', status: { ...report, simulated, checkedAt, hub: { ready: true, since: checkedAt } } };
};

const awaitMembership: Performer = async (context, { operation, lease }) => {
  const subject = await loadClusterSubject(context, operation, lease);
  const { access, engine } = await openHub(context, subject);
  const { memberName } = subject.outputs('membership');
  const signal = AbortSignal.any([lease.cancelled, lease.lost]);
  const report = await awaitMember({
    guard: context.outgoing,
    engine,
    hub: access,
    member: memberName,
    taints: subject.step.spec.memberTaints ?? [],
    patience: context.memberPatience,
    signal,
  });
  return {
    outcome: 'succeeded',
    status: {
      member: {
        name: memberName,
        ready: true,
        reason: report.reason,
        kubernetesVersion: report.kubernetesVersion,
        since: context.now().toISOString(),
      },
    },
  };
};

/**
 * A federation is deleted only when it has no members, and nothing of ours stands at the hub then. A simulated hub that is a Karmada of
 * processes ends with its last federation.
 */
const detachHub: Performer = async (context, { operation, lease }) => {
  const { hubCredentialId } = readOperationInput(operation, 'federation');
  const last = await writeUnderLease(context, lease, async (tx) => {
    if (await hasOtherFederation(tx, { hubCredentialId, besides: operation.resourceId })) return undefined;
    return openCredential(tx, hubCredentialId);
  });
  if (last !== undefined) await closeSimulatedHub(last, context.engine.simulatorUrl);
  return { outcome: 'succeeded' };
};

/** Every step that no stack belongs to; one that is forgotten does not compile. */
const performers = {
  'check reachable': checkReachable,
  'hub check': checkFederation,
  'hub member-ready': awaitMembership,
  'hub drain': drainMember,
  'hub detach': detachHub,
  'hub place': placeWorkloads,
  'hub displace': displaceWorkloads,
  'record abandon': abandonRest,
  'wait children': async () => ({ outcome: 'waiting' }),
} as const satisfies Record<PlainStepName, Performer>;

function getPerformer({ kind, action }: StepOrder['step']): Performer {
  const name = `${kind} ${action}`;
  if (Object.hasOwn(performers, name)) return performers[name as PlainStepName];
  throw new Error(`no step is known as ${name}`);
}

/** A step that only asks, or writes under its lease, is left alone when its time is over. */
async function endInTime(performed: Promise<StepEnd>, deadline: AbortSignal): Promise<StepEnd> {
  const waiting = new AbortController();
  const late = deadline.aborted
    ? Promise.resolve()
    : once(deadline, 'abort', { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([performed, late.then(endOfDeadline)]);
  } finally {
    waiting.abort();
    // Nobody hears of a failure that comes after the end.
    performed.catch(() => undefined);
  }
}

/** The engine ends in order: it is asked to stop, and killed when it does not. */
async function runEngineInTime(context: WorkerContext, order: StepOrder, deadline: AbortSignal): Promise<StepEnd> {
  const { lease } = order;
  const cancelled = AbortSignal.any([lease.cancelled, deadline]);
  const end = await runEngineStep(context, { ...order, lease: { ...lease, cancelled } }).catch(endOfError);
  if (!deadline.aborted || lease.cancelled.aborted || lease.lost.aborted) return end;
  // What had to be killed may have left anything, so that the next claim looks before it goes on.
  if (end.outcome === 'died')
    return { outcome: 'died', detail: `it was past its deadline and did not stop: ${end.detail}` };
  return end.outcome === 'cancelled' ? endOfDeadline() : end;
}

async function measure(
  { metrics }: WorkerContext,
  { operation, step }: StepOrder,
  run: () => Promise<StepEnd>,
): Promise<StepEnd> {
  const begun = readMonotonicClock();
  const end = await run();
  const { provider } = readOperationInput(operation, 'cluster').spec;
  const seconds = (readMonotonicClock() - begun) / 1000;
  metrics.observeStep({ provider, layer: step.layer ?? '', action: step.action, outcome: end.outcome, seconds });
  return end;
}

/** Performs the step. Never throws for what happens in a cloud or at a hub; throws `lease-lost`. */
export function performStep(context: WorkerContext, order: StepOrder): Promise<StepEnd> {
  return traceStep(context, order, (traced) => perform(context, traced));
}

async function perform(context: WorkerContext, order: StepOrder): Promise<StepEnd> {
  const { operation, step, lease } = order;
  const deadline = startDeadline(context, operation, step);
  try {
    if (step.kind === 'engine')
      return await measure(context, order, () => runEngineInTime(context, order, deadline.signal));
    const end = await endInTime(getPerformer(step)(context, order), deadline.signal);
    if ('status' in end && end.status !== undefined) {
      const { status } = end;
      await writeUnderLease(context, lease, (tx) => mergeStatus(tx, lease, operation, status));
    }
    return end;
  } catch (error) {
    return endOfError(error);
  } finally {
    deadline.stop();
  }
}
