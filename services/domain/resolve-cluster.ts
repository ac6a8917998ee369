// Turns a cluster's request into a spec in which everything is decided, or names all that is wrong with it.

import { findRegion, findVersion, listSupportedVersions, supportOf } from '../../catalogue/catalogue.ts';
import type { Catalogue, Region } from '../../catalogue/types.ts';
import { checkLabels, checkMemberTaints, checkTags } from './check-labels.ts';
import { getBlock, prefixOf } from './cidr.ts';
import type { ClusterDraft, ClusterRequest, CredentialFacts, ManagedCluster, ResolvedCluster } from './cluster-spec.ts';
import { countNodes } from './count-nodes.ts';
import { type ErrorCode, type ErrorDetail, FleetyardError } from './errors.ts';
import { checkGivenRanges, checkServicePrefix } from './given-ranges.ts';
import { isManagedCluster } from './managed-cluster.ts';
import { checkName } from './names.ts';
import { getCloud, getManagedRules, isBuilt } from './providers/registry.ts';
import type { ManagedProvider } from './providers/rules.ts';
import { resolveAccess } from './resolve-access.ts';
import { resolveNodePools } from './resolve-node-pools.ts';
import { offerNearest } from './suggest.ts';
import { findUnbuiltClusterFields } from './unbuilt-fields.ts';

/** What a cluster is resolved with. */
export type ClusterContext = {
  catalogue: Catalogue;
  now: Date;
  /** The credential that the request names; undefined when the project has none of that name. */
  credential: CredentialFacts | undefined;
  /** Who may use the public endpoint when the request does not say. */
  defaultAllowedCidrs?: readonly string[] | undefined;
  /** The stored spec, when the cluster stands: what is not asked anew keeps its resolved values. */
  previous?: ResolvedCluster;
};

/** A draft, or every fault with pointers into the request. */
export type ClusterResolution = { draft: ClusterDraft } | { details: ErrorDetail[] };

/** Resolves a request; throws one error that carries every fault. */
export function resolveCluster(request: ClusterRequest, context: ClusterContext): ClusterDraft {
  const resolution = tryResolveCluster(request, context);
  if ('draft' in resolution) return resolution.draft;
  throw invalidSpec(`The cluster ${request.name} cannot be made as asked.`, resolution.details);
}

/** The error of a specification: `not-built-yet` when any of its words is not built, else `validation`. */
export function invalidSpec(message: string, details: readonly ErrorDetail[]): FleetyardError {
  const codes = [...new Set(details.map(({ code }) => code))];
  const [only] = codes;
  let code: ErrorCode = 'validation';
  if (codes.includes('not-built-yet')) code = 'not-built-yet';
  // Ranges that meet within one document are a fault of the document, not of what stands beside it.
  else if (codes.every((each) => each.startsWith('range-'))) code = 'range-invalid';
  else if (codes.length === 1 && (only === 'credential-mismatch' || only === 'immutable-field' || only === 'protected'))
    code = only;
  return new FleetyardError(code, message, { details, wayOut: details.flatMap(({ wayOut = [] }) => wayOut) });
}

/** Resolves a request without throwing. */
export function tryResolveCluster(request: ClusterRequest, context: ClusterContext): ClusterResolution {
  const details = [...findUnbuiltClusterFields(request), ...checkName(request.name, '/name')];
  // Without a provider that is built nothing else can be judged.
  if (!isBuilt(request.provider)) return { details };
  const provider = request.provider;
  const previous = findManaged(context.previous);
  details.push(...checkCredential(request, provider, context.credential));
  const region = resolveRegion(request, provider, context.catalogue, details);
  const version = resolveVersion(request, provider, { ...context, previous }, details);
  const access = resolveAccess(request.access ?? {}, provider, { ...context, previous }, details);
  const labels = request.labels ?? {};
  const tags = request.tags ?? {};
  const memberTaints = (request.memberTaints ?? []).map(({ value = '', ...taint }) => ({ ...taint, value }));
  details.push(...checkMemberTaints(memberTaints));
  details.push(...checkLabels(labels, { catalogue: context.catalogue, provider, pointer: '/labels' }));
  details.push(...checkTags(tags, { catalogue: context.catalogue, provider, pointer: '/tags' }));
  if (request.nodePools === undefined || request.nodePools.length === 0) {
    details.push({ pointer: '/nodePools', message: 'A cluster needs at least one pool of nodes.', code: 'required' });
  }
  const pools =
    region === undefined ? undefined : resolvePools(request, provider, region, { ...context, previous }, details);
  details.push(
    ...checkGivenRanges(provider, request.network ?? {}, {
      catalogue: context.catalogue,
      ...(pools === undefined ? {} : { load: { nodePools: pools.nodePools, zones: pools.zones.length } }),
    }),
  );
  const { servicePrefix, ...given } = request.network ?? {};
  const standing = previous?.network.serviceCidr;
  details.push(...checkServicePrefix(provider, request.network ?? {}, { catalogue: context.catalogue, standing }));
  const { credential } = context;
  if (
    details.length > 0 ||
    region === undefined ||
    version === undefined ||
    pools === undefined ||
    credential === undefined
  ) {
    return { details };
  }
  const draft: ClusterDraft = {
    schemaVersion: 1,
    name: request.name,
    provider,
    region: region.name,
    zones: pools.zones,
    credential: credential.id,
    account: credential.account,
    kubernetesVersion: version,
    requestedVersion: request.kubernetesVersion ?? null,
    labels,
    ...(memberTaints.length === 0 ? {} : { memberTaints }),
    tags,
    access,
    network: {
      ...previous?.network,
      ...given,
      ...(servicePrefix === undefined || standing !== undefined ? {} : { servicePrefix }),
    },
    nodePools: pools.nodePools,
    protect: request.protect ?? false,
  };
  return { draft };
}

type ManagedContext = Omit<ClusterContext, 'previous'> & { previous: ManagedCluster | undefined };

// What stands on hosts keeps nothing for a cloud; the comparison says that the provider is fixed.
function findManaged(previous: ResolvedCluster | undefined): ManagedCluster | undefined {
  return previous !== undefined && isManagedCluster(previous) ? previous : undefined;
}

function checkCredential(
  request: ClusterRequest,
  provider: ManagedProvider,
  credential: CredentialFacts | undefined,
): ErrorDetail[] {
  const pointer = '/credential';
  if (request.credential === undefined) {
    return [{ pointer, message: `A cluster on ${provider} needs a credential.`, code: 'required' }];
  }
  if (credential === undefined) {
    return [{ pointer, message: `There is no credential ${request.credential}.`, code: 'unknown-credential' }];
  }
  const cloud = getCloud(provider);
  if (credential.cloud === cloud) return [];
  const message = `${provider} needs a credential of ${cloud}; ${credential.name} is one of ${credential.cloud}.`;
  return [{ pointer, message, code: 'credential-mismatch' }];
}

function resolveRegion(
  request: ClusterRequest,
  provider: ManagedProvider,
  catalogue: Catalogue,
  details: ErrorDetail[],
): Region | undefined {
  const pointer = '/region';
  if (request.region === undefined) {
    details.push({ pointer, message: `A cluster on ${provider} needs a region.`, code: 'required' });
    return undefined;
  }
  const region = findRegion(catalogue, provider, request.region);
  if (region === undefined) {
    const offered = offerNearest(request.region, catalogue.regions[provider]);
    const message = `${provider} has no region ${request.region}.${offered}`;
    details.push({ pointer, message, code: 'unknown-region' });
  } else if (region.zones.length === 0) {
    details.push({
      pointer,
      message: `${region.name} has no zones; clusters span several.`,
      code: 'region-without-zones',
    });
    return undefined;
  }
  return region;
}

function resolveVersion(
  request: ClusterRequest,
  provider: ManagedProvider,
  { catalogue, now, previous }: ManagedContext,
  details: ErrorDetail[],
): string | undefined {
  const pointer = '/kubernetesVersion';
  const asked = request.kubernetesVersion;
  // The same question gets the same answer, also when the version has left support since.
  if (
    previous !== undefined &&
    (asked === undefined || asked === previous.requestedVersion || asked === previous.kubernetesVersion)
  ) {
    return previous.kubernetesVersion;
  }
  const supported = listSupportedVersions(catalogue, provider, now);
  const fail = (message: string, code = 'unknown-version'): undefined => {
    details.push({ pointer, message, code });
  };
  const offered = supported.map(({ minor }) => minor).join(', ');
  const found =
    asked === undefined
      ? (supported.find((version) => version.default === true) ?? supported[0])
      : findVersion(catalogue, provider, asked);
  if (found === undefined) {
    const names = supported.flatMap(({ minor, exact }) => [minor, ...exact]);
    return fail(
      `${provider} has no version ${asked ?? ''}.${offerNearest(asked ?? '', [...new Set(names)]) || ` It offers ${offered}.`}`,
    );
  }
  const support = supportOf(found, now);
  if (support !== 'standard') {
    const why = support === 'extended' ? 'is in extended support only' : 'is out of support';
    return fail(
      `${found.minor} ${why} on ${provider} since ${found.standardUntil}. It offers ${offered}.`,
      'unsupported-version',
    );
  }
  if (previous !== undefined) {
    const step = minorOf(found.minor) - minorOf(previous.kubernetesVersion);
    if (step < 0) return fail(`A cluster cannot go back from ${previous.kubernetesVersion}.`, 'version-step');
    if (step > 1)
      return fail(`A cluster goes up one minor version at a time, from ${previous.kubernetesVersion}.`, 'version-step');
  }
  return asked !== undefined && found.exact.includes(asked) ? asked : found.exact.at(-1);
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function resolvePools(
  request: ClusterRequest,
  provider: ManagedProvider,
  region: Region,
  { catalogue, previous }: ManagedContext,
  details: ErrorDetail[],
) {
  const requests = request.nodePools ?? [];
  if (requests.length === 0) return undefined;
  const pools = resolveNodePools(requests, {
    catalogue,
    provider,
    region,
    ...(request.zones === undefined ? {} : { zones: request.zones }),
    ...(previous === undefined ? {} : { previous }),
  });
  details.push(...pools.details);
  const least = catalogue.limits[provider].minZones;
  if (request.zones === undefined && pools.zones.length < least) {
    details.push({
      pointer: '/region',
      message: `${provider} needs ${least} zones; ${region.name} has fewer.`,
      code: 'region-without-zones',
    });
  }
  if (request.network?.podCidr === undefined) details.push(...checkPodsLoad(provider, pools.nodePools, previous));
  return pools;
}

// A range that the user gave is measured with the other given ranges; this measures the one that stands or would be cut.
function checkPodsLoad(
  provider: ManagedProvider,
  nodePools: ClusterDraft['nodePools'],
  previous: ManagedCluster | undefined,
): ErrorDetail[] {
  const rules = getManagedRules(provider);
  const { max, surge } = countNodes(nodePools);
  const standing = previous?.network.podCidr;
  const prefix = standing === undefined ? rules.sizePods({ max, surge }) : prefixOf(getBlock(standing));
  const served = rules.countNodesServed(prefix);
  if (served >= max + surge) return [];
  const what =
    standing === undefined ? `The largest range of pods on ${provider}` : `The cluster's range of pods, ${standing},`;
  const message = `${what} serves ${served} nodes; the pools may have ${max}, and ${surge} more during upgrades.`;
  return [{ pointer: '/nodePools', message, code: 'too-many' }];
}
