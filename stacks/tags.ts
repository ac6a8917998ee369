// Tags of every resource: Fleetyard's own, by which recovery and sweeps find things, and the user's, fitted to a provider's alphabet.

import type { StackIdentity } from './contract.ts';
import { hashOf } from './naming.ts';

/** The node label that holds the pool's name as the user wrote it, for physical names differ by provider. */
export const POOL_LABEL = 'fleetyard-pool';

/** What a provider lets a tag consist of: patterns match what it does **not** take. */
export type TagRule = {
  keyLength: number;
  valueLength: number;
  key: RegExp;
  value: RegExp;
  first?: RegExp;
  lowerCase: boolean;
};

/** Fleetyard's own tags, the same at every provider. */
export function getOwnTags(identity: StackIdentity): Record<string, string> {
  return {
    'fleetyard-project': identity.project,
    'fleetyard-cluster': identity.cluster,
    'fleetyard-operation': identity.operation,
  };
}

/**
 * The user's tags in a provider's alphabet, in the order of their keys. A key that had to change carries a hash when
 * its new form is taken, so that no tag silently replaces another.
 */
export function fitTags(
  tags: Record<string, string>,
  rule: TagRule,
  reserved: (key: string) => boolean,
): Record<string, string> {
  const fitted: Record<string, string> = {};
  const keys = Object.keys(tags).filter((key) => !reserved(key));
  const exact = keys.filter((key) => fitText(key, rule.key, rule.keyLength, rule) === key);
  const changed = keys.filter((key) => !exact.includes(key));
  for (const key of [...exact.sort(), ...changed.sort()]) {
    let name = fitText(key, rule.key, rule.keyLength, rule);
    if (rule.first !== undefined && !rule.first.test(name)) name = `x-${name}`.slice(0, rule.keyLength);
    if (name in fitted) name = `${name.slice(0, rule.keyLength - 7)}-${hashOf(key, 6)}`;
    fitted[name] = fitText(tags[key] ?? '', rule.value, rule.valueLength, rule);
  }
  return fitted;
}

function fitText(text: string, forbidden: RegExp, length: number, rule: TagRule): string {
  return (rule.lowerCase ? text.toLowerCase() : text).replace(forbidden, '-').slice(0, length);
}
