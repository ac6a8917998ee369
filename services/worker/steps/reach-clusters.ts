// Steps that ask API servers: is the cluster there, is the hub a hub, does the hub call the member ready.

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServerAccess } from '../../access/kubeconfig/api-server-access.ts';
import { explainFailure, openKubernetes, readVersion, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { HubReport, MemberReport, MemberTaint } from '../../federation/adapter.ts';
import { getAdapter } from '../../federation/registry.ts';
import type { OutgoingGuard } from '../../outgoing/outgoing-guard.ts';

/** How often and how long to look; seconds. */
export type Patience = { everySeconds: number; forSeconds: number };

/** The version that a cluster's API server reports; null for none that is one. Throws `unavailable` or `credential-mismatch`. */
export async function checkCluster(guard: OutgoingGuard, access: ApiServerAccess): Promise<string | null> {
  const cluster = openKubernetes(guard, access);
  try {
    return readVersion((await cluster.version.getCode()).gitVersion);
  } catch (error) {
    throw explainFailure(error, cluster.server);
  }
}

/** What whoever makes the objects of a cluster has to be allowed. */
const needed = { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings', verb: 'create' };

/**
 * Waits until the cluster gives us our rights: some clouds take minutes until what they granted holds. Throws `unavailable` when they have not come
 * in time, and an AbortError when the signal says so.
 */
export async function awaitRights(options: {
  guard: OutgoingGuard;
  access: ApiServerAccess;
  patience: Patience;
  signal: AbortSignal;
}): Promise<void> {
  const { patience, signal } = options;
  const cluster = openKubernetes(options.guard, options.access);
  const end = performance.now() + patience.forSeconds * 1000;
  for (;;) {
    if (await askRight(cluster)) return;
    if (performance.now() >= end) {
      const message = `the API server ${cluster.server} gives Fleetyard no right to make ${needed.resource} yet`;
      throw new FleetyardError('unavailable', message);
    }
    await delay(patience.everySeconds * 1000, undefined, { signal });
  }
}

async function askRight(cluster: KubernetesClient): Promise<boolean> {
  try {
    const body = { spec: { resourceAttributes: needed } };
    return (await cluster.rights.createSelfSubjectAccessReview({ body })).status?.allowed === true;
  } catch (error) {
    throw explainFailure(error, cluster.server);
  }
}

/** Checks a federation's hub. Throws `unavailable`, `credential-mismatch`, `validation` or `not-built-yet`. */
export function checkHub(guard: OutgoingGuard, engine: string, access: ApiServerAccess): Promise<HubReport> {
  return getAdapter(engine).checkHub(openKubernetes(guard, access));
}

/**
 * Waits until the hub calls the member ready. Throws `unavailable` with what the hub's condition means when it does not in time, and
 * an AbortError when the signal says so.
 */
export async function awaitMember(options: {
  guard: OutgoingGuard;
  engine: string;
  hub: ApiServerAccess;
  member: string;
  /** Those that the cluster asks for. */
  taints: readonly MemberTaint[];
  patience: Patience;
  signal: AbortSignal;
}): Promise<MemberReport> {
  const { patience, member } = options;
  const hub = openKubernetes(options.guard, options.hub);
  const adapter = getAdapter(options.engine);
  const end = performance.now() + patience.forSeconds * 1000;
  await adapter.keepTaints(hub, member, options.taints);
  for (;;) {
    const report = await adapter.findMember(hub, member);
    // It stays after all: its deletion was cancelled, or failed and was followed by an update.
    if (report?.draining) await adapter.stopDrain(hub, member);
    else if (report?.ready) return report;
    if (performance.now() >= end) {
      const reason = report?.reason ?? 'the hub does not know it';
      throw new FleetyardError(
        'unavailable',
        `member ${member} is not ready after ${patience.forSeconds} s: ${reason}`,
      );
    }
    await delay(patience.everySeconds * 1000, undefined, { signal: options.signal });
  }
}
