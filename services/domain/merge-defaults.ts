// Merges a fleet's defaults into its clusters: lists are united, maps merged, scalars overridden.

import type { Schemas } from '../contract/schemas.ts';
import type { ClusterRequest } from './cluster-spec.ts';
import { pointerTo, splitPointer } from './pointers.ts';

/** The cluster with everything that it leaves to the defaults. What stands in the cluster always wins. */
export function mergeDefaults(defaults: Schemas['FleetDefaults'] | undefined, cluster: ClusterRequest): ClusterRequest {
  if (defaults === undefined) return cluster;
  const { addons, ...others } = defaults;
  const merged = mergeMaps(others, cluster) as ClusterRequest;
  const united = uniteAddons(addons, cluster.addons);
  if (united !== undefined) merged.addons = united;
  // A site is not a region: a cluster on hosts takes no region from the defaults.
  if (cluster.region === undefined && cluster.site !== undefined) delete merged.region;
  return merged;
}

/** Where a value of the merged cluster stands in the document: in the cluster, or else in the defaults. */
export function locatePointer(
  pointer: string,
  places: { cluster: ClusterRequest; clusterPointer: string; defaults: Schemas['FleetDefaults'] | undefined },
): string {
  let [below, above]: [unknown, unknown] = [places.defaults, places.cluster];
  let walked = '';
  for (const key of splitPointer(pointer)) {
    if (Array.isArray(below) && Array.isArray(above)) return locateElement(pointer, walked, key, below, above, places);
    walked = pointerTo(walked, key);
    [below, above] = [childOf(below, key), childOf(above, key)];
  }
  return `${below !== undefined && above === undefined ? '/defaults' : places.clusterPointer}${pointer}`;
}

// A united list has the elements of the defaults first, then those that only the cluster has.
function locateElement(
  pointer: string,
  walked: string,
  key: string,
  below: readonly unknown[],
  above: readonly unknown[],
  places: { clusterPointer: string },
): string {
  const element = uniteLists(below, above)[Number(key)];
  if (Number(key) < below.length || element === undefined) return `/defaults${pointer}`;
  return `${places.clusterPointer}${walked}/${above.indexOf(element)}${pointer.slice(walked.length + 1 + key.length)}`;
}

function mergeMaps(below: object, above: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged[key];
    if (isMap(under) && isMap(value)) merged[key] = mergeMaps(under, value);
    else if (Array.isArray(under) && Array.isArray(value)) merged[key] = uniteLists(under, value);
    else merged[key] = value;
  }
  return merged;
}

function uniteLists(below: readonly unknown[], above: readonly unknown[]): unknown[] {
  const seen = listTexts(below);
  return [...below, ...above.filter((element) => !seen.has(JSON.stringify(element)))];
}

// A list of the defaults meets one of every cluster.
const textsOfLists = new WeakMap<readonly unknown[], ReadonlySet<string>>();

function listTexts(list: readonly unknown[]): ReadonlySet<string> {
  const known = textsOfLists.get(list);
  if (known !== undefined) return known;
  const texts = new Set(list.map((element) => JSON.stringify(element)));
  textsOfLists.set(list, texts);
  return texts;
}

// An add-on that both name is one add-on, and the cluster's version and values of it win.
function uniteAddons(below: readonly Schemas['Addon'][] | undefined, above: readonly Schemas['Addon'][] | undefined) {
  if (below === undefined && above === undefined) return undefined;
  const byName = new Map<string, Schemas['Addon']>();
  for (const addon of [...(below ?? []), ...(above ?? [])]) {
    const name = typeof addon === 'string' ? addon : addon.name;
    const under = byName.get(name);
    // A bare name adds nothing to what the defaults already say of the add-on.
    if (isMap(under)) byName.set(name, isMap(addon) ? (mergeMaps(under, addon) as Schemas['Addon']) : under);
    else byName.set(name, addon);
  }
  return [...byName.values()];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
