// What became of a placement: which of its objects run where, as the bindings of a Karmada hub say.

import { explainFailure, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { OutgoingError } from '../../outgoing/outgoing-error.ts';
import type { PlacedDocument, PlacedReport, WorkloadReport } from '../adapter.ts';
import { findPolicy } from './keep-placement.ts';

const work = { group: 'work.karmada.io', version: 'v1alpha2' };
/** The hub's own mark of whatever a policy has claimed. */
const permanentId = 'clusterpropagationpolicy.karmada.io/permanent-id';

/** Objects of a placement that are told of; a status with thousands would help nobody. */
const mostWorkloads = 100;

/** A binding that nobody has looked at yet. */
type StrangeBinding = {
  spec?: { resource?: unknown; replicas?: unknown; clusters?: unknown } | null;
  status?: { conditions?: unknown; aggregatedStatus?: unknown } | null;
} | null;

/** What Karmada calls the reasons of a binding that found no place, with what each means. */
const reasons = new Map<unknown, string>([
  ['NoClusterFit', 'no cluster fits by now: they are away, tainted, or lack what it needs'],
  ['Unschedulable', 'the clusters that fit have no room'],
  ['SchedulerError', 'the scheduler of the hub failed'],
]);

/** Reads what was placed where. */
export async function observePlacement(hub: KubernetesClient, placed: PlacedDocument): Promise<PlacedReport> {
  const policy = await findPolicy(hub, 'ClusterPropagationPolicy', placed);
  const id: unknown = policy?.metadata?.labels?.[permanentId];
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) return { workloads: [], more: false };
  const labelSelector = `${permanentId}=${id}`;
  const lists = await Promise.all(
    ['resourcebindings', 'clusterresourcebindings'].map((plural) => listBindings(hub, plural, labelSelector)),
  );
  const items = lists.flatMap((list) => list.items);
  return {
    workloads: items.slice(0, mostWorkloads).flatMap(reportBinding),
    more: items.length > mostWorkloads || lists.some(({ more }) => more),
  };
}

async function listBindings(hub: KubernetesClient, plural: string, labelSelector: string) {
  try {
    const list = (await hub.objects.listClusterCustomObject({
      ...work,
      plural,
      labelSelector,
      limit: mostWorkloads + 1,
    })) as { items?: unknown; metadata?: { continue?: unknown } | null } | null;
    if (!Array.isArray(list?.items)) throw new OutgoingError('answer-unreadable');
    return { items: list.items as StrangeBinding[], more: Boolean(list.metadata?.continue) };
  } catch (error) {
    throw explainFailure(error, hub.server);
  }
}

const objectName = /^[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?$/;

/** Reads a binding; one of an object whose name is none is not told of. */
export function reportBinding(binding: StrangeBinding): WorkloadReport[] {
  const { apiVersion, kind, namespace, name } = toRecord(binding?.spec?.resource);
  if (typeof name !== 'string' || !objectName.test(name)) return [];
  const replicas = toCount(binding?.spec?.replicas);
  const scheduled = toList(binding?.status?.conditions).find(({ type }) => type === 'Scheduled');
  const seen = new Map(toList(binding?.status?.aggregatedStatus).map((item) => [item['clusterName'], item]));
  const targets = toList(binding?.spec?.clusters).flatMap((target) => {
    const member = target['name'];
    if (typeof member !== 'string' || !objectName.test(member)) return [];
    const item = seen.get(member);
    const applied = item?.['applied'] === true;
    const reason = applied ? null : item === undefined ? 'the hub has not sent it yet' : 'the cluster did not take it';
    return [{ member, replicas: toCount(target['replicas']), ready: readReady(item), applied, reason }];
  });
  const isScheduled = scheduled?.['status'] === 'True';
  const why = scheduled === undefined ? 'the hub has not looked for a place yet' : reasons.get(scheduled['reason']);
  return [
    {
      apiVersion: typeof apiVersion === 'string' && /^[a-z0-9./-]{1,253}$/.test(apiVersion) ? apiVersion : '',
      kind: typeof kind === 'string' && /^[A-Za-z0-9]{1,63}$/.test(kind) ? kind : '',
      namespace: typeof namespace === 'string' && objectName.test(namespace) ? namespace : null,
      name,
      replicas,
      scheduled: isScheduled,
      reason: isScheduled ? null : (why ?? "the hub gives a reason that is none of Karmada's"),
      targets,
    },
  ];
}

/** How many replicas a cluster calls ready, where the object has any. */
function readReady(item: Record<string, unknown> | undefined): number | null {
  return toCount(toRecord(item?.['status'])['readyReplicas']);
}

function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function toList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(toRecord) : [];
}
