// Finds what a change is about, locks it and reads it again: whatever a change decides, it decides under the lock.

import { FleetyardError } from '../domain/errors.ts';
import { looksLikeId } from '../domain/ids.ts';
import type { ResourceKind } from '../domain/operation.ts';
import { type ClusterRow, findCluster } from '../store/clusters.ts';
import { type FederationRow, findFederation } from '../store/federations.ts';
import { findFleet, type FleetRow } from '../store/fleets.ts';
import { findPlacement, type PlacementRow } from '../store/placements.ts';
import { lockResource } from '../store/resources.ts';
import type { Tx } from '../store/transaction.ts';
import type { Change } from './change.ts';
import { checkGeneration, type WantedGeneration } from './wanted-generation.ts';

/** A resource as a change names it. */
export type Named = { idOrName: string; ifGeneration?: WantedGeneration | undefined };

type RowOf = { cluster: ClusterRow; fleet: FleetRow; federation: FederationRow; placement: PlacementRow };
type Finders = { [Kind in ResourceKind]: (tx: Tx, idOrName: string) => Promise<RowOf[Kind] | undefined> };

const finders: Finders = {
  cluster: findCluster,
  fleet: findFleet,
  federation: findFederation,
  placement: findPlacement,
};

/** The live resource, locked until the unit of work ends; throws `not-found` and `precondition-failed`. */
export async function lockExisting<Kind extends ResourceKind>(
  change: Change,
  kind: Kind,
  named: Named,
): Promise<RowOf[Kind]> {
  return (await lockNamed(change, kind, named)) ?? refuseMissing(kind, named.idOrName);
}

/**
 * Like `lockExisting`, for a document that names what it is applied to: undefined when it has to be made first. Throws also when
 * the document bears another name.
 */
export async function lockApplied<Kind extends ResourceKind>(
  change: Change,
  kind: Kind,
  { request, ...named }: Named & { request: { name: string } },
): Promise<RowOf[Kind] | undefined> {
  const row = await lockNamed(change, kind, named);
  if (row === undefined) checkGeneration(named.ifGeneration, undefined);
  if (row === undefined && looksLikeId(named.idOrName)) refuseMissing(kind, named.idOrName);
  checkName(request, row?.name ?? named.idOrName);
  return row;
}

async function lockNamed<Kind extends ResourceKind>(
  { tx }: Change,
  kind: Kind,
  { idOrName, ifGeneration }: Named,
): Promise<RowOf[Kind] | undefined> {
  const find: Finders[Kind] = finders[kind];
  const found = await find(tx, idOrName);
  if (found === undefined) return undefined;
  await lockResource(tx, { resourceKind: kind, resourceId: found.id });
  // As it stands now that nobody else can change it.
  const row = (await find(tx, found.id)) ?? refuseMissing(kind, idOrName);
  checkGeneration(ifGeneration, row.generation);
  return row;
}

function refuseMissing(kind: ResourceKind, idOrName: string): never {
  throw new FleetyardError('not-found', `There is no ${kind} "${idOrName}".`);
}

function checkName(request: { name: string }, name: string): void {
  if (request.name === name) return;
  const message = `The path names ${name} and the body ${request.name}.`;
  throw new FleetyardError('validation', message, { details: [{ pointer: '/name', message, code: 'contradiction' }] });
}
