// Empties a member before it leaves its federation: what runs there is moved by the hub, and is waited for as long as it can move.

import { setTimeout as delay } from 'node:timers/promises';
import { openKubernetes, type KubernetesClient } from '../../access/kubernetes-client.ts';
import type { FederationAdapter, Workloads } from '../../federation/adapter.ts';
import { getAdapter } from '../../federation/registry.ts';
import type { WorkerContext } from '../context.ts';
import { loadClusterSubject, openHub } from './cluster-subject.ts';
import type { Patience } from './reach-clusters.ts';
import { describeFailure, type StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';

/** Which member, at which hub. */
type Draining = { hub: KubernetesClient; adapter: FederationAdapter; member: string };

/**
 * Performs the step. A cluster that never joined has nothing to give away, and so has one that the hub does not know; what is half joined
 * goes with its stack.
 */
export async function drainMember(context: WorkerContext, { operation, lease }: StepOrder): Promise<StepEnd> {
  const subject = await loadClusterSubject(context, operation, lease);
  const joined = subject.findOutputs('membership');
  if (joined === undefined) return { outcome: 'skipped' };
  const { access, engine } = await openHub(context, subject);
  const hub = openKubernetes(context.outgoing, access);
  const draining = { hub, adapter: getAdapter(engine), member: joined.memberName };
  const report = await draining.adapter.startDrain(hub, draining.member);
  if (report === undefined) return { outcome: 'skipped' };
  // The hub starts elsewhere what ran on a member that it does not reach, but can't see it end there.
  if (!report.ready) return { outcome: 'succeeded' };
  const signal = AbortSignal.any([lease.cancelled, lease.lost]);
  const left = await awaitEmpty(draining, context.drainPatience, signal);
  if (left.count === 0 || !left.movable) return { outcome: 'succeeded' };
  return {
    outcome: 'failed',
    error: describeFailure('deadline', describeLeft(draining.member, left, context.drainPatience)),
  };
}

/** Waits until nothing runs there any more, nothing of it could run elsewhere, or the time is over. */
async function awaitEmpty(
  { hub, adapter, member }: Draining,
  patience: Patience,
  signal: AbortSignal,
): Promise<Workloads> {
  const end = performance.now() + patience.forSeconds * 1000;
  for (;;) {
    const left = await adapter.listWorkloads(hub, member);
    if (left.count === 0 || !left.movable || performance.now() >= end) return left;
    await delay(patience.everySeconds * 1000, undefined, { signal });
  }
}

function describeLeft(member: string, { count, names }: Workloads, { forSeconds }: Patience): string {
  const shown = names.length === 0 ? '' : ` (${names.join(', ')}${count > names.length ? ', …' : ''})`;
  return `${count} workloads${shown} still run on member ${member} after ${forSeconds} s: let their policies allow another member, or delete by force`;
}
