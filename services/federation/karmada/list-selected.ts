// The objects of a Karmada hub that a placement would select, as they stand there.

import { explainFailure, statusOf, type KubernetesClient } from '../../access/kubernetes-client.ts';
import type { Schemas } from '../../contract/schemas.ts';
import { OutgoingError } from '../../outgoing/outgoing-error.ts';

/** Objects that a preview tells of. */
const mostObjects = 50;

/**
 * Lists them; empty where the hub does not serve the kind, undefined where it can't be asked for it: objects of the core group are none of the
 * custom ones, and a list of Secrets would tell what they hold.
 */
export async function listSelected(
  hub: KubernetesClient,
  { apiVersion, kind, namespace, name, labels = {} }: Schemas['WorkloadSelector'],
): Promise<Record<string, unknown>[] | undefined> {
  const [group = '', version] = apiVersion.split('/');
  if (version === undefined) return undefined;
  try {
    const { resources } = await hub.objects.getAPIResources({ group, version });
    const plural = resources.find((each) => each.kind === kind && !each.name.includes('/'))?.name;
    if (plural === undefined) return [];
    const selector = Object.entries(labels).map((label) => label.join('='));
    const asked = {
      ...{ group, version, plural, limit: mostObjects },
      ...(selector.length === 0 ? {} : { labelSelector: selector.join(',') }),
      ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    };
    const list = (await (namespace === undefined
      ? hub.objects.listClusterCustomObject(asked)
      : hub.objects.listNamespacedCustomObject({ ...asked, namespace }))) as { items?: unknown } | null;
    if (!Array.isArray(list?.items)) throw new OutgoingError('answer-unreadable');
    return (list.items as Record<string, unknown>[]).map((item) => cleanObject(item, { apiVersion, kind }));
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw explainFailure(error, hub.server);
  }
}

/** Without what belongs to the copy at the hub alone. */
function cleanObject(
  { metadata, status: _, ...object }: Record<string, unknown>,
  kindOf: { apiVersion: string; kind: string },
): Record<string, unknown> {
  const { name, namespace, labels, annotations } = (metadata ?? {}) as Record<string, Record<string, unknown>>;
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => !/(karmada|kubernetes|kubectl\.kubernetes)\.io\//.test(key),
  );
  const own = Object.entries(labels ?? {}).filter(([key]) => !/karmada\.io\//.test(key));
  return {
    ...kindOf,
    ...object,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(own.length === 0 ? {} : { labels: Object.fromEntries(own) }),
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
    },
  };
}
