// Gathers what a preview of a placement looks at: the members as they are or as they are supposed to be, and the object that is asked about.

import type { Schemas } from '../contract/schemas.ts';
import { type ErrorDetail, throwDetails } from '../domain/errors.ts';
import { refusePreviewed } from '../changes/place-workloads.ts';
import type { PlaceableMember, PlacementDocument } from '../domain/placements/placement-document.ts';
import { previewPlacement as preview, type SelectedObject } from '../federation/preview-placement.ts';
import { getAdapter } from '../federation/registry.ts';
import { findFederation, type FederationRow } from '../store/federations.ts';
import { listPlaceable } from '../store/placeable-members.ts';
import { findPlacement, type PlacementRow } from '../store/placements.ts';
import type { Tx } from '../store/transaction.ts';

type Request = Schemas['PlacementPreviewRequest'];

/** What a preview stands on. */
export type PreparedPreview = {
  federation: FederationRow;
  document: PlacementDocument;
  members: PlaceableMember[];
  /** The placement of that name, if there is one. */
  row: PlacementRow | undefined;
};

/** Reads the members and supposes what is said of them; throws every fault of the document. */
export async function preparePreview(tx: Tx, request: Request): Promise<PreparedPreview> {
  const { federation: named, workload: _, clusters = [], ...document } = request;
  const federation = await getNamed(tx, named);
  const adapter = getAdapter(federation.engine);
  const rows = await listPlaceable(tx, federation.id);
  const members = rows.map((row) => ({
    ...row,
    memberName: row.memberName ?? adapter.nameMember(row),
    joined: row.memberName !== null,
  }));
  const supposed = supposeMembers(members, clusters);
  const standing = await findPlacement(tx, document.name);
  const row = standing?.federationId === federation.id ? standing : undefined;
  await refusePreviewed({ tx }, federation.id, { document, row, members: supposed });
  return { federation, document, members: supposed, row };
}

/** Says what would come of it for these objects. */
export function describePreview(
  { federation, document, members, row }: PreparedPreview,
  { objects, unread }: { objects: readonly Record<string, unknown>[]; unread: string | null },
): Schemas['PlacementPreview'] {
  const known = objects.map((manifest) => readLast(manifest, row));
  return preview(getAdapter(federation.engine), { document, members, objects: known, unread });
}

async function getNamed(tx: Tx, named: string): Promise<FederationRow> {
  const federation = await findFederation(tx, named);
  const message = `There is no federation ${named}.`;
  if (federation === undefined) {
    throwDetails(message, [{ pointer: '/federation', message, code: 'unknown-federation' }]);
  }
  return federation as FederationRow;
}

/** The members with what is supposed of them. */
function supposeMembers(
  members: readonly PlaceableMember[],
  supposed: readonly Schemas['SupposedCluster'][],
): PlaceableMember[] {
  const details = supposed.flatMap(({ name }, index): ErrorDetail[] => {
    if (members.some((member) => member.name === name)) return [];
    const message = `The federation has no cluster ${name}.`;
    return [{ pointer: `/clusters/${index}/name`, message, code: 'unknown-cluster' }];
  });
  throwDetails('The preview cannot be made as asked.', details);
  return members.map((member) => {
    const { labels = member.labels, leaves = member.leaving } = supposed.find(({ name }) => name === member.name) ?? {};
    return { ...member, labels, leaving: leaves };
  });
}

/** What each cluster has of an object, as a worker saw it last. */
function readLast(manifest: Record<string, unknown>, row: PlacementRow | undefined): SelectedObject {
  const { name, namespace } = (manifest['metadata'] ?? {}) as { name?: unknown; namespace?: unknown };
  const { workloads = [] } = (row?.status ?? {}) as Partial<Schemas['PlacementStatus']>;
  const seen = workloads.find(
    (workload) =>
      workload.kind === manifest['kind'] && workload.name === name && (namespace ?? 'default') === workload.namespace,
  );
  const last = (seen?.clusters ?? []).map(({ cluster, replicas }) => [cluster, replicas ?? 0] as const);
  return { manifest, last: new Map(last) };
}
