// Says what changes between a cluster's stored spec and the next one, what of it may never change, and which layers it touches.

import {
  type ClusterDraft,
  type FieldRule,
  type FieldRules,
  type ResolvedCluster,
  poolFields,
  poolLayers,
  specFields,
  specGroups,
} from './cluster-spec.ts';
import { isSame } from './compare.ts';
import { type ErrorDetail, throwDetails } from './errors.ts';
import { type Layer, layers } from './layers.ts';
import { splitPointer } from './pointers.ts';

/** Pointers into the next spec; a pool that goes away is named by `/nodePools`. */
export type ClusterDiff = {
  changed: string[];
  /** Those of the changed ones that are fixed for the cluster's or the pool's life. */
  immutable: string[];
};

type Fields = Readonly<Record<string, unknown>>;
type Pool = { name: string };

/** Compares two specs. */
export function diffCluster(previous: ResolvedCluster, next: ClusterDraft): ClusterDiff {
  const groups = Object.entries(specGroups) as [keyof typeof specGroups, FieldRules][];
  const diff = uniteDiffs([
    diffFields(specFields, previous, next, ''),
    ...groups.map(([name, rules]) => diffFields(rules, previous[name], next[name], `/${name}`)),
    diffPools(previous.nodePools, next.nodePools),
  ]);
  return { changed: [...new Set(diff.changed)].toSorted(), immutable: diff.immutable };
}

/** The layers that a change of a cluster's spec touches, from the pointers that `diffCluster` names. */
export function layersTouched(changed: readonly string[]): Layer[] {
  const touched = new Set(changed.flatMap(findTouched));
  return layers.filter((layer) => touched.has(layer));
}

/** Explains the immutable part of a difference, one detail a field. */
export function describeImmutable(diff: ClusterDiff): ErrorDetail[] {
  return diff.immutable.map((pointer) => ({
    pointer,
    message: pointer.startsWith('/nodePools/')
      ? 'This is fixed for the life of a pool; add a pool with another name and remove this one.'
      : 'This is fixed for the life of a cluster.',
    code: 'immutable-field',
  }));
}

/** Throws `immutable-field` when the difference touches something fixed. */
export function assertMutable(diff: ClusterDiff): void {
  throwDetails('Some of the changed fields are fixed.', describeImmutable(diff));
}

function findTouched(pointer: string): readonly Layer[] {
  const [field = '', inner, part] = splitPointer(pointer);
  if (field === 'nodePools') return part === undefined ? poolLayers : findRule(poolFields, part).touches;
  if (Object.hasOwn(specGroups, field)) {
    return findRule(specGroups[field as keyof typeof specGroups], inner ?? '').touches;
  }
  return findRule(specFields, field).touches;
}

function findRule(rules: FieldRules, field: string): FieldRule {
  const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
  if (rule === undefined) throw new TypeError(`the table of fields has no ${field}`);
  return rule;
}

function diffFields(rules: FieldRules, previous: Fields, next: Fields, pointer: string): ClusterDiff {
  const changes = Object.entries(rules)
    .filter(([field, rule]) => rule.change !== 'own' && !isSame(previous[field], next[field]))
    .map(([field, rule]) => ({ rule, pointer: `${pointer}/${rule.shownAs ?? field}` }));
  return {
    changed: changes.map((change) => change.pointer),
    immutable: changes.filter(({ rule }) => rule.change === 'fixed').map((change) => change.pointer),
  };
}

function diffPools(previous: readonly Pool[], next: readonly Pool[]): ClusterDiff {
  const diffs = next.map((pool, index): ClusterDiff => {
    const pointer = `/nodePools/${index}`;
    const before = previous.find(({ name }) => name === pool.name);
    return before === undefined ? { changed: [pointer], immutable: [] } : diffFields(poolFields, before, pool, pointer);
  });
  const gone = previous.some(({ name }) => !next.some((pool) => pool.name === name));
  return uniteDiffs([...diffs, { changed: gone ? ['/nodePools'] : [], immutable: [] }]);
}

function uniteDiffs(diffs: readonly ClusterDiff[]): ClusterDiff {
  return {
    changed: diffs.flatMap(({ changed }) => changed),
    immutable: diffs.flatMap(({ immutable }) => immutable),
  };
}
