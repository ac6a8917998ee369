// Which members a placement may reach by its own words, and why it may not reach the others.

import type { Schemas } from '../../contract/schemas.ts';
import type { PlaceableMember, PlacementDocument } from './placement-document.ts';

/** Why the words of a placement leave a member out; undefined when they do not. */
export function findMismatch(
  { affinity = {}, exclude = {}, within = {}, without = {} }: PlacementDocument,
  member: PlaceableMember,
): string | undefined {
  for (const [key, value] of Object.entries(affinity)) {
    const own = member.labels[key];
    if (own === undefined) return `it has no label ${key}; the affinity asks for ${key}=${value}`;
    if (own !== value) return `its label ${key} is ${own}; the affinity asks for ${value}`;
  }
  const excluded = Object.entries(exclude).find(([key, value]) => member.labels[key] === value);
  if (excluded !== undefined) return `its label ${excluded.join('=')} is excluded`;
  const { providers, regions, clusters } = within;
  if (providers?.includes(member.provider) === false) return `the provider ${member.provider} is not within`;
  if (regions?.includes(member.region) === false) return `the region ${member.region} is not within`;
  if (clusters?.includes(member.name) === false) return 'it is not among the clusters within';
  if (without.providers?.includes(member.provider) === true) return `the provider ${member.provider} is without`;
  if (without.regions?.includes(member.region) === true) return `the region ${member.region} is without`;
  if (without.clusters?.includes(member.name) === true) return 'it is among the clusters without';
  return undefined;
}

/** Whether an override is about a member. */
export function isTarget(targets: Schemas['OverrideTargets'] | undefined, member: PlaceableMember): boolean {
  const { labels = {}, providers, regions, clusters } = targets ?? {};
  return (
    Object.entries(labels).every(([key, value]) => member.labels[key] === value) &&
    providers?.includes(member.provider) !== false &&
    regions?.includes(member.region) !== false &&
    clusters?.includes(member.name) !== false
  );
}
