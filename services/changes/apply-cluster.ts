// Applies the document of one cluster: creates it, changes exactly what differs, or finds nothing to do.

import type { IncomingHttpHeaders } from 'node:http';
import type { Schemas } from '../contract/schemas.ts';
import { assertMutable, diffCluster } from '../domain/diff-cluster.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { looksLikeId } from '../domain/ids.ts';
import { resolveCluster } from '../domain/resolve-cluster.ts';
import { type Layer, layersTouched } from '../domain/steps.ts';
import { type ClusterRow, findCluster } from '../store/clusters.ts';
import type { FederationRow } from '../store/federations.ts';
import { lockResource } from '../store/resources.ts';
import { checkIfMatch } from '../api/conditional.ts';
import { type Change, describeFacts, findCredentials } from './change.ts';
import { type ClusterOutcome, findDeletion, startCreation, startUpdate } from './cluster-operations.ts';
import { findNamedFederation, findSpace, isPlacedIn, placeClusters, resolveWith } from './place.ts';

type Request = Schemas['ClusterRequest'];

/** Makes a cluster on its own. */
export async function createFromRequest(change: Change, request: Request): Promise<ClusterOutcome> {
  const details: ErrorDetail[] = [];
  const space = await findSpace(change, request.addressSpace, details);
  const federation = await findNamedFederation(change, request.federation, details);
  const credential = (await findCredentials(change.tx, [request.credential])).get(request.credential);
  const { catalogue, now } = change;
  const draft = resolveWith(refusal(request), details, () =>
    resolveCluster(request, { catalogue, now, credential: credential && describeFacts(credential) }),
  );
  if (space === undefined || credential === undefined)
    throw new FleetyardError('internal', 'The request was not resolved.');
  const [placed] = await placeClusters(change, space, {}, [{ pointer: '', draft }]);
  if (placed === undefined) throw new FleetyardError('internal', 'The cluster was not placed.');
  return startCreation(change, placed, credential, {
    fleetId: null,
    federationId: federation?.id ?? null,
    parentId: null,
  });
}

/** Applies a document to the cluster that the path names, which may not exist yet. */
export async function applyRequest(
  change: Change,
  target: { idOrName: string; request: Request; headers: IncomingHttpHeaders },
): Promise<ClusterOutcome & { changed: boolean }> {
  const { idOrName, request, headers } = target;
  const found = await findCluster(change.tx, idOrName);
  checkIfMatch(headers, found?.generation);
  if (found === undefined && looksLikeId(idOrName)) {
    throw new FleetyardError('not-found', `There is no cluster "${idOrName}".`);
  }
  checkName(request, found?.name ?? idOrName);
  if (found === undefined) return { ...(await createFromRequest(change, request)), changed: true };
  await lockResource(change.tx, { resourceKind: 'cluster', resourceId: found.id });
  // As it stands now that nobody else can change it.
  const row = (await findCluster(change.tx, found.id)) ?? found;
  checkIfMatch(headers, row.generation);
  refuseMember(row);
  return updateFromRequest(change, row, request);
}

async function updateFromRequest(
  change: Change,
  row: ClusterRow,
  request: Request,
): Promise<ClusterOutcome & { changed: boolean }> {
  const deletion = await findDeletion(change, row.id);
  if (deletion === 'under-way') throw new FleetyardError('conflict', `The cluster "${row.name}" is being deleted.`);
  const details: ErrorDetail[] = [];
  const space = request.addressSpace === undefined ? undefined : await findSpace(change, request.addressSpace, details);
  if (space !== undefined && !(await isPlacedIn(change, space, row.id))) details.push(fixedField('/addressSpace'));
  const federation = await findNamedFederation(change, request.federation, details);
  if (row.federationId !== null && federation?.id !== row.federationId) details.push(fixedField('/federation'));
  const credential = (await findCredentials(change.tx, [request.credential])).get(request.credential);
  const { catalogue, now } = change;
  const draft = resolveWith(refusal(request), details, () =>
    resolveCluster(request, {
      catalogue,
      now,
      credential: credential && describeFacts(credential),
      previous: row.spec,
    }),
  );
  const diff = diffCluster(row.spec, draft);
  assertMutable(diff);
  const touched = listTouched(diff.changed, row, federation);
  const changed = diff.changed.length > 0 || touched.length > 0 || deletion === 'failed';
  if (!changed) return { cluster: row, operation: null, changed };
  const next = { ...draft, network: row.spec.network };
  const ties = { fleetId: row.fleetId, federationId: federation?.id ?? row.federationId, parentId: null };
  const credentialId = credential?.id ?? row.credentialId;
  return { ...(await startUpdate(change, { row, next, credentialId, touched, ties })), changed };
}

function listTouched(changed: readonly string[], row: ClusterRow, federation: FederationRow | undefined): Layer[] {
  const touched = layersTouched(changed);
  const joins = row.federationId === null && federation !== undefined;
  return joins && !touched.includes('membership') ? [...touched, 'membership'] : touched;
}

function refuseMember({ name, fleetId }: ClusterRow): void {
  if (fleetId === null) return;
  throw new FleetyardError(
    'conflict',
    `The cluster "${name}" belongs to the fleet ${fleetId}: apply the fleet's document.`,
  );
}

function checkName(request: Request, name: string): void {
  if (request.name === name) return;
  const message = `The path names ${name} and the body ${request.name}.`;
  throw new FleetyardError('validation', message, { details: [{ pointer: '/name', message, code: 'contradiction' }] });
}

function fixedField(pointer: string): ErrorDetail {
  return { pointer, message: 'This is fixed for the life of a cluster.', code: 'immutable-field' };
}

function refusal({ name }: Request): string {
  return `The cluster ${name} cannot be made as asked.`;
}
