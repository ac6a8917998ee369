// Writes the policies of a placement to a Karmada hub, finds what somebody changed of them, and takes them away.

import { setHeaderOptions } from '@kubernetes/client-node';
import { explainFailure, statusOf, type KubernetesClient } from '../../access/kubernetes-client.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { PlacedDocument } from '../adapter.ts';
import { fieldManager, nameObjects, placementLabel, policiesOf, type PolicyKind } from './policy-objects.ts';
import type { PolicyObject } from './render-placement.ts';

/** Overrides are there before anything is handed on, and as long as it is: copies without them would be rolled out first. */
const kinds: readonly PolicyKind[] = ['ClusterOverridePolicy', 'ClusterPropagationPolicy'];

/** A policy that nobody has looked at yet. */
type StrangePolicy = { metadata?: { labels?: Record<string, unknown> | null } | null; spec?: unknown } | null;

/**
 * Writes what the hub does not have like this, and takes away what the placement has no more. Returns the kinds that were written or taken
 * away: of a placement that stood, somebody had changed those.
 */
export async function keepPlacement(
  hub: KubernetesClient,
  placed: PlacedDocument,
  objects: readonly PolicyObject[],
): Promise<PolicyKind[]> {
  const written: PolicyKind[] = [];
  for (const kind of kinds) {
    const wanted = objects.find((object) => object.kind === kind);
    const found = await findPolicy(hub, kind, placed);
    if (wanted === undefined) {
      if (found === undefined) continue;
      await removePolicy(hub, kind, placed);
    } else {
      if (found !== undefined && holds(found?.spec, wanted.spec)) continue;
      await applyPolicy(hub, wanted);
    }
    written.push(kind);
  }
  return written;
}

/** Takes the policies of a placement away. */
export async function removePlacement(
  hub: KubernetesClient,
  placed: Pick<PlacedDocument, 'id' | 'name'>,
): Promise<void> {
  for (const kind of kinds.toReversed()) await removePolicy(hub, kind, placed);
}

/** The policy of a placement; throws `validation` when something else has its name. */
export async function findPolicy(
  hub: KubernetesClient,
  kind: PolicyKind,
  placed: Pick<PlacedDocument, 'id' | 'name'>,
): Promise<StrangePolicy | undefined> {
  const name = nameObjects(placed);
  const found = await ask(hub, () => hub.objects.getClusterCustomObject({ ...policiesOf(kind), name }));
  if (found === undefined) return undefined;
  const policy = found as StrangePolicy;
  const owner = policy?.metadata?.labels?.[placementLabel];
  // Without our label it is ours all the same when only the label was taken away: the name has random bits.
  if (typeof owner === 'string' && owner !== placed.id) {
    throw new FleetyardError('validation', `the hub has another ${kind} under the name "${name}"`);
  }
  return owner === placed.id ? policy : { ...policy, spec: undefined };
}

/** Others may have added what an apply leaves to them; then the whole is put in its place. */
async function applyPolicy(hub: KubernetesClient, object: PolicyObject): Promise<void> {
  const asApply = setHeaderOptions('Content-Type', 'application/apply-patch+yaml');
  const at = { ...policiesOf(object.kind), name: object.metadata.name, fieldManager };
  try {
    const applied = (await hub.objects.patchClusterCustomObject({ ...at, body: object, force: true }, asApply)) as {
      metadata?: Record<string, unknown>;
      spec?: unknown;
    } | null;
    if (holds(applied?.spec, object.spec)) return;
    const { managedFields: _, ...metadata } = applied?.metadata ?? {};
    await hub.objects.replaceClusterCustomObject({ ...at, body: { ...object, metadata } });
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 422) {
      throw new FleetyardError('validation', `the hub refused the ${object.kind} of the placement (${status})`);
    }
    throw explainFailure(error, hub.server);
  }
}

async function removePolicy(
  hub: KubernetesClient,
  kind: PolicyKind,
  placed: Pick<PlacedDocument, 'id' | 'name'>,
): Promise<void> {
  await ask(hub, () => hub.objects.deleteClusterCustomObject({ ...policiesOf(kind), name: nameObjects(placed) }));
}

async function ask<T>(hub: KubernetesClient, question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw explainFailure(error, hub.server);
  }
}

/**
 * Whether what stands says all that is wanted, and nothing else that would change what runs where. The hub adds defaults beside our members; of
 * lists only tolerations get more.
 */
export function holds(found: unknown, wanted: unknown, key = ''): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return false;
    if (key === 'clusterTolerations') {
      return wanted.every((each) => (found as unknown[]).some((other) => holds(other, each)));
    }
    return found.length === wanted.length && wanted.every((each, index) => holds(found[index], each));
  }
  if (typeof wanted !== 'object' || wanted === null) return found === wanted;
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  const [have, want] = [found as Record<string, unknown>, wanted as Record<string, unknown>];
  const added = Object.keys(have).filter((name) => !Object.hasOwn(want, name));
  if (added.some((name) => key === 'matchLabels' || telling.has(name))) return false;
  return Object.entries(want).every(([name, value]) => holds(have[name], value, name));
}

/** Members of policies that mean something wherever they stand. What later versions of Karmada add as defaults is none of them. */
const telling = new Set([
  ...['suspension', 'failover', 'dependentOverrides', 'preserveResourcesOnDeletion'],
  ...['clusterAffinity', 'clusterAffinities', 'spreadConstraints', 'targetCluster'],
  ...['labelSelector', 'fieldSelector', 'clusterNames', 'exclude', 'matchLabels', 'matchExpressions'],
  ...['weightPreference', 'staticWeightList', 'dynamicWeight', 'namespace', 'name'],
  ...['plaintext', 'imageOverrider', 'commandOverrider', 'argsOverrider'],
  ...['labelsOverrider', 'annotationsOverrider', 'fieldOverrider'],
]);
