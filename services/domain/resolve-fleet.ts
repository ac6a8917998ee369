// Turns a fleet's document into what has to happen to each of its clusters, or names all that is wrong with it.

import type { Catalogue } from '../../catalogue/types.ts';
import type { ClusterDraft, ClusterRequest, CredentialFacts, ManagedCluster, ResolvedCluster } from './cluster-spec.ts';
import { findHubFault } from './clouds.ts';
import { isSame } from './compare.ts';
import { type ClusterDiff, describeImmutable, diffCluster } from './diff-cluster.ts';
import { type ErrorDetail, mostDetails } from './errors.ts';
import { type FleetRequest, isBuiltEngine, type ResolvedFleet } from './fleet-spec.ts';
import { checkPools } from './given-ranges.ts';
import type { Id } from './ids.ts';
import { locatePointer, mergeDefaults } from './merge-defaults.ts';
import { checkName } from './names.ts';
import { checkFleetPlacements } from './placements/check-fleet-placements.ts';
import { invalidSpec, tryResolveCluster } from './resolve-cluster.ts';
import { findUnbuiltFleetFields } from './unbuilt-fields.ts';

/** A cluster of the fleet as it stands. */
export type ExistingMember = { id: Id<'cl'>; name: string; spec: ResolvedCluster };

/** What has to happen to one cluster; `pointer` is where the document names it. */
export type FleetMember =
  | { action: 'create'; name: string; pointer: string; draft: ClusterDraft }
  | {
      action: 'update';
      name: string;
      pointer: string;
      id: Id<'cl'>;
      previous: ResolvedCluster;
      next: ManagedCluster;
      diff: ClusterDiff;
    }
  | { action: 'unchanged'; name: string; pointer: string; id: Id<'cl'>; previous: ResolvedCluster };

/** What a fleet is resolved with. */
export type FleetContext = {
  catalogue: Catalogue;
  /** Who may use public endpoints when a cluster's part does not say. */
  defaultAllowedCidrs?: readonly string[] | undefined;
  now: Date;
  /** Looks a credential up by name or id. */
  findCredential: (nameOrId: string) => CredentialFacts | undefined;
  /** The stored spec, when the fleet stands. */
  previous?: ResolvedFleet;
};

/** A resolved fleet. Applying the same document again finds every member unchanged. */
export type FleetResolution = {
  fleet: ResolvedFleet;
  /** In the order of the document. */
  members: FleetMember[];
  /** Standing members that the document does not name, and that stay. */
  unmanaged: ExistingMember[];
  /** Standing members that the document does not name, and that go, as it says `prune`. */
  prune: ExistingMember[];
  /** Whether the fleet's own spec or any member changes. */
  changed: boolean;
};

/**
 * Resolves a document a cluster at a time, so that whoever has others to serve can do so in between; throws one error that carries the
 * faults. It ends early when there are more of them than would be told.
 */
export function* resolveFleetInSteps(
  document: FleetRequest,
  existing: readonly ExistingMember[],
  context: FleetContext,
): Generator<void, FleetResolution> {
  const details = [
    ...findUnbuiltFleetFields(document),
    ...checkName(document.name, '/name'),
    ...checkPools(document.network?.pools ?? {}, context.catalogue, '/network/pools'),
    ...checkMemberNames(document),
    ...checkFleetPlacements(document),
  ];
  const federation = resolveFederation(document, context, details);
  const members: FleetMember[] = [];
  for (const [index, cluster] of document.clusters.entries()) {
    const result = resolveMember(document, cluster, `/clusters/${index}`, existing, context);
    if (Array.isArray(result)) details.push(...result);
    else members.push(result);
    if (details.length >= mostDetails) break;
    yield;
  }
  const absent = existing.filter(({ name }) => !document.clusters.some((cluster) => cluster.name === name));
  const prune = document.prune === true ? absent : [];
  details.push(...checkPrune(document.name, prune), ...checkFederationChange(federation, context.previous));
  if (details.length > 0)
    throw invalidSpec(`The fleet ${document.name} cannot be made as asked.`, uniteDetails(details));
  const fleet: ResolvedFleet = {
    schemaVersion: 1,
    name: document.name,
    federation,
    pools: { ...document.network?.pools },
    clusters: document.clusters.map(({ name }) => name),
  };
  return {
    fleet,
    members,
    unmanaged: document.prune === true ? [] : absent,
    prune,
    changed:
      !isSame(context.previous, fleet) || prune.length > 0 || members.some(({ action }) => action !== 'unchanged'),
  };
}

function checkMemberNames({ clusters }: FleetRequest): ErrorDetail[] {
  return clusters.flatMap(({ name }, index) =>
    clusters.findIndex((other) => other.name === name) < index
      ? [
          {
            pointer: `/clusters/${index}/name`,
            message: `Another cluster is called ${name} already.`,
            code: 'duplicate',
          },
        ]
      : [],
  );
}

function resolveFederation(
  { federation }: FleetRequest,
  { findCredential }: FleetContext,
  details: ErrorDetail[],
): ResolvedFleet['federation'] {
  if (federation === undefined) return null;
  const pointer = '/federation/hub/credential';
  const name = federation.hub.credential;
  if (name === undefined) {
    if (federation.hub.cluster === undefined) {
      details.push({ pointer: '/federation/hub', message: 'A hub needs a credential.', code: 'required' });
    }
    return null;
  }
  const credential = findCredential(name);
  if (credential === undefined) {
    details.push({ pointer, message: `There is no credential ${name}.`, code: 'unknown-credential' });
    return null;
  }
  const message = findHubFault(credential);
  if (message !== undefined) {
    details.push({ pointer, message, code: 'credential-mismatch' });
  }
  // An engine that is not built has a detail of its own.
  return isBuiltEngine(federation.engine) ? { engine: federation.engine, hubCredential: credential.id } : null;
}

function resolveMember(
  document: FleetRequest,
  cluster: ClusterRequest,
  pointer: string,
  existing: readonly ExistingMember[],
  context: FleetContext,
): FleetMember | ErrorDetail[] {
  const places = { cluster, clusterPointer: pointer, defaults: document.defaults };
  const locate = (details: readonly ErrorDetail[]): ErrorDetail[] =>
    details.slice(0, mostDetails).map((detail) => ({ ...detail, pointer: locatePointer(detail.pointer, places) }));
  const request = mergeDefaults(document.defaults, cluster);
  const standing = existing.find(({ name }) => name === cluster.name);
  const resolution = tryResolveCluster(request, {
    catalogue: context.catalogue,
    defaultAllowedCidrs: context.defaultAllowedCidrs,
    now: context.now,
    credential: request.credential === undefined ? undefined : context.findCredential(request.credential),
    ...(standing === undefined ? {} : { previous: standing.spec }),
  });
  const foreign = checkForeignFields(cluster, pointer);
  if ('details' in resolution) return [...locate(resolution.details), ...foreign];
  if (foreign.length > 0) return foreign;
  const { draft } = resolution;
  const { name } = cluster;
  if (standing === undefined) return { action: 'create', name, pointer, draft };
  const { id, spec: previous } = standing;
  const diff = diffCluster(previous, draft);
  if (diff.changed.length === 0) return { action: 'unchanged', name, pointer, id, previous };
  if (diff.immutable.length > 0) return locate(describeImmutable(diff));
  // Ranges are fixed, so the draft of a standing cluster has the ranges that the cluster has.
  return { action: 'update', name, pointer, id, previous, next: { ...draft, network: previous.network }, diff };
}

// What a member shares with its fleet is said once, by the fleet.
function checkForeignFields(cluster: ClusterRequest, pointer: string): ErrorDetail[] {
  return (['federation', 'addressSpace'] as const).flatMap((field) =>
    cluster[field] === undefined
      ? []
      : [{ pointer: `${pointer}/${field}`, message: 'A member takes this from its fleet.', code: 'contradiction' }],
  );
}

function checkPrune(fleet: string, prune: readonly ExistingMember[]): ErrorDetail[] {
  return prune
    .filter(({ spec }) => spec.protect)
    .map(({ name }) => ({
      pointer: '/prune',
      message: `The cluster ${name} is protected.`,
      code: 'protected',
      wayOut: [{ method: 'PUT', path: `/v1/fleets/${fleet}`, does: `names ${name} with protect: false` }],
    }));
}

function checkFederationChange(
  federation: ResolvedFleet['federation'],
  previous: ResolvedFleet | undefined,
): ErrorDetail[] {
  if (previous === undefined || isSame(previous.federation, federation)) return [];
  return [{ pointer: '/federation', message: 'This is fixed for the life of a fleet.', code: 'immutable-field' }];
}

// One fault of the defaults would otherwise be told once for every cluster that takes them.
function uniteDetails(details: readonly ErrorDetail[]): ErrorDetail[] {
  const seen = new Map(details.map((detail) => [`${detail.pointer} ${detail.message}`, detail]));
  return [...seen.values()].slice(0, mostDetails);
}
