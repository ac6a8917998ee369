// Applies the document of one cluster: creates it, changes exactly what differs, or finds nothing to do.

import type { Schemas } from '../contract/schemas.ts';
import { isSame } from '../domain/compare.ts';
import { assertMutable, diffCluster, layersTouched } from '../domain/diff-cluster.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import type { Layer } from '../domain/layers.ts';
import { resolveCluster } from '../domain/resolve-cluster.ts';
import { listApplications } from '../domain/ways-out.ts';
import { type ClusterRow, saveClusterDocument } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import type { Change } from './change.ts';
import { bringAbout, type ClusterOutcome, startUpdate } from './cluster-operations.ts';
import { createCluster } from './create-cluster.ts';
import { describeFacts, findCredentials } from './known-credentials.ts';
import { lockApplied, type Named } from './lock-resource.ts';
import { findNamedFederation, findSpace, isPlacedIn, refuseUnready, resolveWith } from './place.ts';
import { getStand, refuseLeaving } from './start-operation.ts';

type Request = Schemas['ClusterRequest'];

/** Applies a document to the cluster that is named, which may not exist yet. */
export async function applyCluster(change: Change, target: Named & { request: Request }): Promise<ClusterOutcome> {
  const row = await lockApplied(change, 'cluster', target);
  if (row === undefined) return createCluster(change, target.request);
  refuseMember(row);
  return updateFromRequest(change, row, target.request);
}

async function updateFromRequest(change: Change, row: ClusterRow, request: Request): Promise<ClusterOutcome> {
  refuseLeaving('cluster', row, await getStand(change, row));
  const details: ErrorDetail[] = [];
  const space = request.addressSpace === undefined ? undefined : await findSpace(change, request.addressSpace, details);
  if (space !== undefined && !(await isPlacedIn(change, space, row.id))) details.push(fixedField('/addressSpace'));
  const federation = await findNamedFederation(change, request.federation, details);
  if (row.federationId !== null && federation?.id !== row.federationId) details.push(fixedField('/federation'));
  if (row.federationId === null) await refuseUnready(change, federation);
  const credential = (await findCredentials(change.tx, [request.credential])).get(request.credential);
  const { catalogue, now, defaultAllowedCidrs } = change;
  const draft = await resolveWith(`The cluster ${request.name} cannot be made as asked.`, details, () =>
    resolveCluster(request, {
      catalogue,
      now,
      defaultAllowedCidrs,
      credential: credential && describeFacts(credential),
      previous: row.spec,
    }),
  );
  const diff = diffCluster(row.spec, draft);
  assertMutable(diff);
  const touched = listTouched(diff.changed, row, federation);
  if (diff.changed.length === 0 && touched.length === 0) {
    // Other words for what stands already.
    if (!isSame(row.document, request)) await saveClusterDocument(change.tx, row.id, request);
    return bringAbout(change, row, null);
  }
  const next = { ...draft, network: row.spec.network };
  const ties = { fleetId: row.fleetId, federationId: federation?.id ?? row.federationId, parentId: null };
  const credentialId = credential?.id ?? row.credentialId;
  return startUpdate(change, { row, next, document: request, credentialId, touched, ties });
}

function listTouched(changed: readonly string[], row: ClusterRow, federation: FederationRow | undefined): Layer[] {
  const touched = layersTouched(changed);
  const joins = row.federationId === null && federation !== undefined;
  return joins && !touched.includes('membership') ? [...touched, 'membership'] : touched;
}

/** Throws `conflict` for a member of a fleet. */
export function refuseMember({ id, name, fleetId }: ClusterRow): void {
  if (fleetId === null) return;
  throw new FleetyardError(
    'conflict',
    `The cluster "${name}" belongs to the fleet ${fleetId}: apply the fleet's document.`,
    { wayOut: listApplications({ kind: 'cluster', id, fleetId }) },
  );
}

function fixedField(pointer: string): ErrorDetail {
  return { pointer, message: 'This is fixed for the life of a cluster.', code: 'immutable-field' };
}
