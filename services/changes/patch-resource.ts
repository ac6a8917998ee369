// Changes parts of a document: merges a patch into what was applied last, and applies what comes of it.

import type { Schemas } from '../contract/schemas.ts';
import { readDocument } from '../domain/cluster-document.ts';
import { FleetyardError } from '../domain/errors.ts';
import { mergePatch } from '../domain/merge-patch.ts';
import { applyCluster, refuseMember } from './apply-cluster.ts';
import { applyFleet } from './apply-fleet.ts';
import type { Change } from './change.ts';
import type { ClusterOutcome } from './cluster-operations.ts';
import { applyPlacement } from './apply-placement.ts';
import type { PlacementOutcome } from './place-workloads.ts';
import type { FleetOutcome } from './create-fleet.ts';
import { lockExisting, type Named } from './lock-resource.ts';

/** A patch, and what checks the document that comes of it; it throws every fault, with pointers into that document. */
export type Patch<Document> = Named & { patch: unknown; check: (merged: unknown) => Promise<Document> };

/** Patches the document of a cluster that exists. */
export async function patchCluster(
  change: Change,
  { patch, check, ...named }: Patch<Schemas['ClusterRequest']>,
): Promise<ClusterOutcome> {
  const row = await lockExisting(change, 'cluster', named);
  refuseMember(row);
  const document = row.document ?? readDocument(row.spec, row.federationId);
  if (document === undefined) throw new FleetyardError('internal', `The cluster ${row.id} has no document.`);
  return applyCluster(change, { idOrName: row.id, request: await check(mergePatch(document, patch)) });
}

/** Patches the document of a fleet that exists. */
export async function patchFleet(
  change: Change,
  { patch, check, ...named }: Patch<Schemas['FleetRequest']>,
): Promise<FleetOutcome> {
  const row = await lockExisting(change, 'fleet', named);
  return applyFleet(change, { idOrName: row.id, request: await check(mergePatch(row.document, patch)) });
}

/** Patches the document of a placement that exists. */
export async function patchPlacement(
  change: Change,
  { patch, check, ...named }: Patch<Schemas['PlacementRequest']>,
): Promise<PlacementOutcome> {
  const row = await lockExisting(change, 'placement', named);
  const document = { federation: row.federationId, ...row.document };
  return applyPlacement(change, { idOrName: row.id, request: await check(mergePatch(document, patch)) });
}
