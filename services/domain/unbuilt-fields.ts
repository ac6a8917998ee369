// Names the words of a request that the contract has and Fleetyard does not act on yet.

import type { Schemas } from '../contract/schemas.ts';
import { type ClusterRequest, listUnbuilt, requestFields, unbuiltInnerFields } from './cluster-spec.ts';
import type { ErrorDetail } from './errors.ts';
import { builtEngines, type FleetRequest, isBuiltEngine } from './fleet-spec.ts';
import { isBuilt, type Provider } from './providers/registry.ts';

type Rule = {
  /** Path below the cluster, its defaults or the fleet; `*` stands for every element of a list. */
  path: string;
  /** What is not built, to end a sentence. */
  what: string;
  /** Which values are not built; every value that says something when not given. */
  when?: (value: unknown) => boolean;
};

const clusterRules: readonly Rule[] = [
  { path: '/provider', what: 'clusters of this provider', when: (value) => !isBuilt(value as Provider) },
  ...listUnbuilt('', requestFields),
  ...unbuiltInnerFields,
];

const federationRules: readonly Rule[] = [
  {
    path: '/engine',
    what: `federation engines other than ${builtEngines.join(', ')}`,
    when: (value) => !isBuiltEngine(value as Schemas['FederationEngine']),
  },
  { path: '/hub/cluster', what: 'a hub on a member' },
];

const fleetRules: readonly Rule[] = [
  { path: '/network/mesh', what: 'meshes' },
  { path: '/network/interconnect', what: 'interconnects' },
];

/** Names every field of a federation's request that is used and not built; `pointer` is where the federation stands. */
export function findUnbuiltFederationFields(
  request: Schemas['FleetFederation'] | undefined,
  pointer = '',
): ErrorDetail[] {
  return applyRules(federationRules, request, pointer);
}

/** Names every field of a cluster's request that is used and not built; `pointer` is where the cluster stands. */
export function findUnbuiltClusterFields(request: ClusterRequest, pointer = ''): ErrorDetail[] {
  return applyRules(clusterRules, request, pointer);
}

/** Names every field of a fleet's request that is used and not built: its own, its defaults' and its clusters'. */
export function findUnbuiltFleetFields(request: FleetRequest): ErrorDetail[] {
  return [
    ...findUnbuiltFederationFields(request.federation, '/federation'),
    ...applyRules(fleetRules, request, ''),
    ...applyRules(clusterRules, request.defaults, '/defaults'),
    ...request.clusters.flatMap((cluster, index) => findUnbuiltClusterFields(cluster, `/clusters/${index}`)),
  ];
}

function applyRules(rules: readonly Rule[], document: unknown, base: string): ErrorDetail[] {
  return rules.flatMap(({ path, what, when }) =>
    findValues(document, path.split('/').slice(1), base)
      .filter(({ value }) => (when === undefined ? saysSomething(value) : when(value)))
      .map(({ pointer }) => ({ pointer, message: `Not built yet: ${what}.`, code: 'not-built-yet' })),
  );
}

function findValues(value: unknown, path: readonly string[], pointer: string): { pointer: string; value: unknown }[] {
  const [head, ...tail] = path;
  if (value === undefined || value === null) return [];
  if (head === undefined) return [{ pointer, value }];
  if (head === '*') {
    if (!Array.isArray(value)) return [];
    return value.flatMap((element, index) => findValues(element, tail, `${pointer}/${index}`));
  }
  if (typeof value !== 'object' || !Object.hasOwn(value, head)) return [];
  return findValues((value as Record<string, unknown>)[head], tail, `${pointer}/${head}`);
}

// An empty list, an empty map or `false` asks for nothing.
function saysSomething(value: unknown): boolean {
  if (value === false) return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}
