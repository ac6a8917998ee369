// Makes clusters on their own, those of several requests at a time: look-ups, locks and rows are shared, faults are each request's own.

import type { Schemas } from '../contract/schemas.ts';
import type { ClusterDraft } from '../domain/cluster-spec.ts';
import { type ErrorDetail, FleetyardError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { listRangeNeeds, placeCluster } from '../domain/ranges.ts';
import { resolveCluster } from '../domain/resolve-cluster.ts';
import {
  type AddressSpaceRow,
  defaultAddressSpace,
  findAddressSpaces,
  getOrCreateDefaultAddressSpace,
} from '../store/address-spaces.ts';
import { findClustersNamed } from '../store/clusters.ts';
import type { CredentialRow } from '../store/credentials.ts';
import { refuseTakenName } from '../store/database-errors.ts';
import type { FederationRow } from '../store/federations.ts';
import {
  type ClusterClaim,
  forgetPlanned,
  type LockedSpace,
  listNewRanges,
  lockSpaces,
  type NewRange,
  planInSpace,
} from '../store/locked-spaces.ts';
import { storeRanges } from '../store/ranges.ts';
import type { Author, Change } from './change.ts';
import { type Created, type Creation, startCreations } from './cluster-operations.ts';
import { describeFacts, findCredentials, type KnownCredentials } from './known-credentials.ts';
import { describeUnknownSpace, findNamedFederation, refuseUnready, resolveWith } from './place.ts';

type Request = Schemas['ClusterRequest'];
type SharedChange = Omit<Change, 'actor'>;

/** One request, and who sent it. */
export type ClusterWish = { request: Request; author: Author };

/** Resolves and places the cluster, and starts what makes it; throws every fault of the request at once. */
export async function createCluster(change: Change, request: Request): Promise<Created> {
  const [outcome] = await createClusters(change, [{ request, author: change.actor }]);
  if (outcome === undefined) throw new FleetyardError('internal', 'The cluster was not made.');
  if (outcome instanceof FleetyardError) throw outcome;
  return outcome;
}

/**
 * Does what `createCluster` does for each wish, one after the other as far as names and ranges go, and gives what came of each. It throws
 * only what is no fault of a single one.
 */
export async function createClusters(
  change: SharedChange,
  wishes: readonly ClusterWish[],
): Promise<(Created | FleetyardError)[]> {
  const resolved = await resolveWishes(change, wishes);
  const spaces = await lockForAll(change, resolved.filter(isFine));
  const drafts = resolved.filter(isFine).map(({ draft }) => draft);
  const names = new Set(
    (
      await findClustersNamed(
        change.tx,
        drafts.map(({ name }) => name),
      )
    ).keys(),
  );
  const ranges: NewRange[] = [];
  const placed: (Creation | FleetyardError)[] = [];
  for (const one of resolved) {
    placed.push(isFine(one) ? await settle(() => placeWish(change, one, { spaces, names, ranges })) : one);
  }
  const [created] = await Promise.all([
    startCreations(change.tx, placed.filter(isFine)),
    storeRanges(change.tx, ranges),
  ]);
  const following = created.values();
  return placed.map((one) => (isFine(one) ? (following.next().value as Created) : one));
}

/** A wish that can be fulfilled if there is room. */
type ResolvedWish = {
  wish: ClusterWish;
  draft: ClusterDraft;
  space: AddressSpaceRow;
  credential: CredentialRow;
  federation: FederationRow | undefined;
  claim: ClusterClaim;
};

function isFine<T>(outcome: T | FleetyardError): outcome is T {
  return !(outcome instanceof FleetyardError);
}

/** What came of it; faults that are not told of are thrown. */
async function settle<T>(work: () => Promise<T>): Promise<T | FleetyardError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FleetyardError) return error;
    throw error;
  }
}

type KnownFederation = { details: ErrorDetail[]; federation: FederationRow | FleetyardError | undefined };

type LookedUp = {
  spaces: readonly AddressSpaceRow[];
  credentials: KnownCredentials;
  federations: ReadonlyMap<string, KnownFederation>;
};

async function resolveWishes(
  change: SharedChange,
  wishes: readonly ClusterWish[],
): Promise<(ResolvedWish | FleetyardError)[]> {
  const requests = wishes.map(({ request }) => request);
  const [spaces, credentials] = await Promise.all([
    findAddressSpaces(change.tx, [...new Set(requests.map(({ addressSpace = defaultAddressSpace }) => addressSpace))]),
    findCredentials(
      change.tx,
      requests.map(({ credential }) => credential),
    ),
  ]);
  const federations = await lookUpFederations(change, requests);
  const known: LookedUp = { spaces, credentials, federations };
  let own: AddressSpaceRow | undefined;
  const getOwn = async (): Promise<AddressSpaceRow> =>
    (own ??= await getOrCreateDefaultAddressSpace(change.tx, change.catalogue.ranges.defaultPools));
  const resolved: (ResolvedWish | FleetyardError)[] = [];
  for (const wish of wishes) resolved.push(await settle(() => resolveWish(change, wish, known, getOwn)));
  return resolved;
}

async function lookUpFederations(
  change: SharedChange,
  requests: readonly Request[],
): Promise<Map<string, KnownFederation>> {
  const known = new Map<string, KnownFederation>();
  for (const { federation: named } of requests) {
    if (named === undefined || known.has(named)) continue;
    const details: ErrorDetail[] = [];
    const federation = await settle(async () => {
      const found = await findNamedFederation(change, named, details);
      await refuseUnready(change, found);
      return found;
    });
    known.set(named, { details, federation });
  }
  return known;
}

async function resolveWish(
  { catalogue, now, defaultAllowedCidrs }: SharedChange,
  wish: ClusterWish,
  known: LookedUp,
  getOwn: () => Promise<AddressSpaceRow>,
): Promise<ResolvedWish> {
  const { request } = wish;
  const { addressSpace: word = defaultAddressSpace } = request;
  const found = known.spaces.find(({ id, name }) => id === word || name === word);
  const details = found === undefined && request.addressSpace !== undefined ? [describeUnknownSpace(word)] : [];
  const named = request.federation === undefined ? undefined : known.federations.get(request.federation);
  const federation = named?.federation;
  if (federation instanceof FleetyardError) throw federation;
  details.push(...(named?.details ?? []));
  const credential = request.credential === undefined ? undefined : known.credentials.get(request.credential);
  const draft = await resolveWith(`The cluster ${request.name} cannot be made as asked.`, details, () =>
    resolveCluster(request, {
      catalogue,
      now,
      defaultAllowedCidrs,
      credential: credential && describeFacts(credential),
    }),
  );
  if (credential === undefined) throw new FleetyardError('internal', 'The request was not resolved.');
  const claim = {
    clusterId: newId('cl'),
    clusterName: draft.name,
    pointer: '',
    provider: draft.provider,
    needs: listRangeNeeds(draft),
  };
  return { wish, draft, space: found ?? (await getOwn()), credential, federation, claim };
}

async function lockForAll(
  { tx, catalogue }: SharedChange,
  wishes: readonly ResolvedWish[],
): Promise<Map<string, LockedSpace>> {
  const bySpace = Map.groupBy(wishes, ({ space }) => space.id);
  const uses = [...bySpace.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ space: first.space, claims: group.map(({ claim }) => claim) }];
  });
  const spaces = uses.length === 0 ? [] : await lockSpaces(tx, uses, catalogue);
  return new Map(spaces.map((space) => [space.id, space]));
}

type Room = { spaces: ReadonlyMap<string, LockedSpace>; names: Set<string>; ranges: NewRange[] };

/** Takes the name and the ranges of a wish, or neither. */
async function placeWish(
  { tx, catalogue }: SharedChange,
  { wish, draft, space: { id }, credential, federation, claim }: ResolvedWish,
  { spaces, names, ranges }: Room,
): Promise<Creation> {
  const space = spaces.get(id);
  if (space === undefined) throw new FleetyardError('internal', 'The address space was not locked.');
  const [planned = []] = await planInSpace(tx, space, [claim], catalogue);
  if (names.has(draft.name)) {
    forgetPlanned(space, planned);
    throw refuseTakenName('cluster', draft.name);
  }
  names.add(draft.name);
  ranges.push(...listNewRanges(space, [claim], [planned]));
  return {
    placed: { id: claim.clusterId, spec: placeCluster(draft, planned) },
    document: wish.request,
    credential,
    ties: { fleetId: null, federationId: federation?.id ?? null, parentId: null },
    author: wish.author,
  };
}
