// What would come of a placement, object by object and cluster by cluster. Pure: whoever asks brings the members and the objects.

import type { Schemas } from '../contract/schemas.ts';
import { type Manifest, renderCopy } from '../domain/placements/apply-overrides.ts';
import { isTarget } from '../domain/placements/match-members.ts';
import type { PlaceableMember, PlacementDocument } from '../domain/placements/placement-document.ts';
import { lookAhead, type Outlook, previewShares } from '../domain/placements/preview-shares.ts';
import type { FederationAdapter } from './adapter.ts';

/** An object that the placement selects, and how many replicas each cluster has of it, by the names of clusters. */
export type SelectedObject = { manifest: Manifest; last: ReadonlyMap<string, number> };

/** What is looked at. */
export type PreviewOrder = {
  document: PlacementDocument;
  members: readonly PlaceableMember[];
  objects: readonly SelectedObject[];
  /** Why the objects are not known. */
  unread: string | null;
};

/** Looks ahead. */
export function previewPlacement(adapter: FederationAdapter, order: PreviewOrder): Schemas['PlacementPreview'] {
  const { document, members, objects, unread } = order;
  const outlook = lookAhead(document, members);
  const placed = { id: 'pt_0000000000', name: document.name, document };
  return {
    clusters: members.map(({ id, name, provider, region }) => {
      const reason = outlook.reasons.get(id) ?? null;
      return { cluster: id, name, provider, region, gets: reason === null, reason };
    }),
    workloads: objects.map((object) => previewObject(document, outlook, object)),
    unread,
    objects: adapter.renderPlacement(placed, members),
  };
}

function previewObject(
  document: PlacementDocument,
  outlook: Outlook,
  { manifest, last }: SelectedObject,
): Schemas['PreviewedWorkload'] {
  const replicas = readReplicas(manifest);
  const shares = previewShares(document, outlook, { replicas, last });
  const notes = shares.note === null ? [] : [shares.note];
  const clusters = outlook.getting.flatMap((member) => {
    const share = shares.of.get(member.name);
    if (share === undefined) return [];
    const overrides = (document.overrides ?? []).filter(({ targets }) => isTarget(targets, member));
    const copy = renderCopy(manifest, share, overrides);
    notes.push(...copy.notes.map((note) => `${member.name}: ${note}`));
    return [{ cluster: member.name, replicas: share, before: last.get(member.name) ?? null, manifest: copy.manifest }];
  });
  const lost = [...last].filter(([name]) => !clusters.some(({ cluster }) => cluster === name));
  const metadata = (manifest['metadata'] ?? {}) as { name?: unknown; namespace?: unknown };
  return {
    apiVersion: String(manifest['apiVersion']),
    kind: String(manifest['kind']),
    namespace: typeof metadata.namespace === 'string' ? metadata.namespace : null,
    name: typeof metadata.name === 'string' ? metadata.name : '',
    replicas,
    exact: shares.exact,
    note: notes.length === 0 ? null : notes.join('; '),
    clusters: [...clusters, ...lost.map(([cluster, before]) => ({ cluster, replicas: null, before, manifest: null }))],
  };
}

/** Of a kind with replicas, one is what Kubernetes makes of nothing. */
function readReplicas({ kind, spec }: Manifest): number | null {
  const { replicas } = (spec ?? {}) as { replicas?: unknown };
  if (typeof replicas === 'number' && Number.isSafeInteger(replicas) && replicas >= 0) return replicas;
  return kind === 'Deployment' || kind === 'StatefulSet' || kind === 'ReplicaSet' ? 1 : null;
}
