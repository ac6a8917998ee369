// Drains a member before it leaves: the hub starts nothing there any more and moves what runs there, as far as policies let it.

import { explainFailure, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { OutgoingError } from '../../outgoing/outgoing-error.ts';
import type { MemberReport, Workloads } from '../adapter.ts';
import { changeTaints } from './change-taints.ts';
import { listClusters, type StrangeCluster } from './clusters.ts';
import { reportMember } from './members.ts';
import { isClosed, isDraining, leavingTaint, readTaints } from './taints.ts';

const works = { group: 'work.karmada.io', version: 'v1alpha1', plural: 'works' };

/** Of the names that a message takes. */
const namesShown = 5;

type Work = { metadata?: { annotations?: unknown; labels?: unknown } | null } | null;

/** Taints the member; undefined when the hub has none of that name. */
export async function startDrain(hub: KubernetesClient, name: string): Promise<MemberReport | undefined> {
  const change = (cluster: StrangeCluster) =>
    isDraining(cluster) ? undefined : { taints: [...readTaints(cluster), { ...leavingTaint }] };
  const cluster = await changeTaints(hub, name, change);
  return cluster === undefined ? undefined : reportMember(cluster);
}

/** Takes the taint away. */
export async function stopDrain(hub: KubernetesClient, name: string): Promise<void> {
  await changeTaints(hub, name, (cluster) =>
    isDraining(cluster) ? { taints: readTaints(cluster).filter(({ key }) => key !== leavingTaint.key) } : undefined,
  );
}

/**
 * What the hub runs on the member. Each workload has a Work in the member's own namespace until its replacement is healthy elsewhere, so that
 * one list of few objects says it, where bindings would be those of the whole hub. Works that no binding made (namespaces, roles of
 * Karmada's own) go with the member.
 */
export async function listWorkloads(hub: KubernetesClient, name: string): Promise<Workloads> {
  const names = (await listWorks(hub, `karmada-es-${name}`)).flatMap(nameWorkload);
  if (names.length === 0) return { count: 0, names: [], movable: false };
  const others = (await listClusters(hub)).filter((cluster) => cluster?.metadata?.name !== name);
  const movable = others.some((cluster) => reportMember(cluster).ready && !isClosed(cluster));
  return { count: names.length, names: names.filter((shown) => shown !== '').slice(0, namesShown), movable };
}

async function listWorks(hub: KubernetesClient, namespace: string): Promise<Work[]> {
  try {
    const list = (await hub.objects.listNamespacedCustomObject({ ...works, namespace, limit: 1000 })) as {
      items?: unknown;
    } | null;
    if (!Array.isArray(list?.items)) throw new OutgoingError('answer-unreadable');
    return list.items as Work[];
  } catch (error) {
    throw explainFailure(error, hub.server);
  }
}

const bindingKinds = ['resourcebinding', 'clusterresourcebinding'] as const;
const objectName = /^[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?$/;

/** The binding of a Work as people know it, empty when its name is none; nothing for a Work of the hub's own. */
function nameWorkload(work: Work): string[] {
  const annotations = toRecord(work?.metadata?.annotations);
  const labels = toRecord(work?.metadata?.labels);
  const kind = bindingKinds.find(
    (prefix) =>
      annotations[`${prefix}.karmada.io/name`] !== undefined ||
      labels[`${prefix}.karmada.io/permanent-id`] !== undefined,
  );
  if (kind === undefined) return [];
  const parts = [annotations[`${kind}.karmada.io/namespace`], annotations[`${kind}.karmada.io/name`]];
  const shown = parts.filter((part): part is string => typeof part === 'string' && objectName.test(part));
  return [shown.join('/')];
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
