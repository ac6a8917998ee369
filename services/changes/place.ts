// Where a change puts its clusters: the address space and the federation that a document names.

import { type ErrorDetail, FleetyardError, throwDetails } from '../domain/errors.ts';
import type { ClusterDraft, ResolvedCluster } from '../domain/cluster-spec.ts';
import { newId } from '../domain/ids.ts';
import type { AddressPools } from '../domain/range-roles.ts';
import { listRangeNeeds, placeCluster } from '../domain/ranges.ts';
import { invalidSpec } from '../domain/resolve-cluster.ts';
import { type AddressSpaceRow, findAddressSpace, getOrCreateDefaultAddressSpace } from '../store/address-spaces.ts';
import { listWaysOut } from '../domain/ways-out.ts';
import { type FederationRow, holdFederation } from '../store/federations.ts';
import { listRanges, reserveRanges } from '../store/ranges.ts';
import type { Change } from './change.ts';
import { getStand, refuseLeaving } from './start-operation.ts';

/** The address space that is named, or the project's own; undefined, with a detail, when the named one does not exist. */
export async function findSpace(
  { tx, catalogue }: Change,
  named: string | undefined,
  details: ErrorDetail[],
): Promise<AddressSpaceRow | undefined> {
  if (named === undefined) return getOrCreateDefaultAddressSpace(tx, catalogue.ranges.defaultPools);
  const space = await findAddressSpace(tx, named);
  if (space === undefined) details.push(describeUnknownSpace(named));
  return space;
}

/** What is said of an address space that does not exist. */
export function describeUnknownSpace(named: string): ErrorDetail {
  return {
    pointer: '/addressSpace',
    message: `There is no address space ${named}.`,
    code: 'unknown-address-space',
  };
}

/**
 * The federation that is named, which stays until the unit of work ends; undefined, with a detail, when it does not exist. Throws `conflict`
 * while it is being deleted: it would go before its new member.
 */
export async function findNamedFederation(
  change: Pick<Change, 'tx'>,
  named: string | undefined,
  details: ErrorDetail[],
): Promise<FederationRow | undefined> {
  if (named === undefined) return undefined;
  const federation = await holdFederation(change.tx, named);
  if (federation !== undefined) refuseLeaving('federation', federation, await getStand(change, federation));
  if (federation === undefined) {
    details.push({ pointer: '/federation', message: `There is no federation ${named}.`, code: 'unknown-federation' });
  }
  return federation;
}

/** Throws `conflict`, with what leads out, while a federation can't take a member: its hub was checked and not found to be one. */
export async function refuseUnready(change: Pick<Change, 'tx'>, federation: FederationRow | undefined): Promise<void> {
  if (federation === undefined) return;
  const { id, name } = federation;
  const { standing, newest } = await getStand(change, federation);
  if (standing !== 'astray') return;
  const wayOut = newest === undefined ? [] : listWaysOut({ resource: { kind: 'federation', id }, operation: newest });
  const message = `The federation "${name}" takes no members: the check of its hub has not succeeded.`;
  throw new FleetyardError('conflict', message, { wayOut });
}

/** Runs a resolution that throws all its faults, and throws them together with those that were found before. */
export async function resolveWith<T>(
  message: string,
  details: readonly ErrorDetail[],
  resolve: () => T | Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await resolve();
  } catch (error) {
    if (!(error instanceof FleetyardError) || details.length === 0) throw error;
    throw invalidSpec(message, [...details, ...error.details]);
  }
  throwDetails(message, details);
  return result;
}

/** A new cluster with an id of its own and all its ranges. */
export type PlacedCluster = { id: string; spec: ResolvedCluster };

/** Reserves the ranges of new clusters, all or none. */
export async function placeClusters(
  { tx, catalogue }: Change,
  space: AddressSpaceRow,
  pools: Partial<AddressPools>,
  drafts: readonly { pointer: string; draft: ClusterDraft }[],
): Promise<PlacedCluster[]> {
  if (drafts.length === 0) return [];
  const claims = drafts.map(({ pointer, draft }) => ({
    clusterId: newId('cl'),
    pointer,
    provider: draft.provider,
    needs: listRangeNeeds(draft),
  }));
  const planned = await reserveRanges(tx, { addressSpaceId: space.id, claims, pools, catalogue });
  return drafts.map(({ draft }, index) => ({
    id: claims[index]?.clusterId ?? newId('cl'),
    spec: placeCluster(draft, planned[index] ?? []),
  }));
}

/** Whether a cluster's ranges lie in the space; one that holds none yet lies anywhere. */
export async function isPlacedIn({ tx }: Change, space: AddressSpaceRow, clusterId: string): Promise<boolean> {
  return (await listRanges(tx, space.id)).some((range) => range.clusterId === clusterId);
}
