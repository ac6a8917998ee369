// Whether two selectors could select the same object.

import type { Schemas } from '../../contract/schemas.ts';

type Selector = Schemas['WorkloadSelector'];

/** Whether any object could be selected by both. What is not said leaves it open, and only words that differ keep them apart. */
export function canOverlap(one: Selector, other: Selector): boolean {
  if (groupOf(one) !== groupOf(other) || one.kind !== other.kind) return false;
  if (differ(one.namespace, other.namespace) || differ(one.name, other.name)) return false;
  return !Object.entries(one.labels ?? {}).some(([key, value]) => differ(value, other.labels?.[key]));
}

/** An object is the same in all versions of its API. */
function groupOf({ apiVersion }: Selector): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
