// How physical names are made: a pure function of the cluster's id and a role, held against the limits of the kind that is named.

import { createHash } from 'node:crypto';

/** The limits of one kind of name, as its provider documents them. */
export type NameRule = { min: number; max: number; pattern: RegExp; prefix?: string; suffix?: string };

/** The alphabet of our own names, which is narrower than most services allow. */
export const DASHED = /^[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]$/;
export const RFC1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** The part of a cluster's id that physical names carry: its last ten characters, 50 random bits. */
export function getShortId(cluster: string): string {
  const short = /^cl_[0-9a-z]*([0-9a-z]{10})$/.exec(cluster)?.[1];
  if (short === undefined) throw new Error(`"${cluster}" is not a cluster id`);
  return short;
}

/** What every physical name of a cluster starts with. */
export function getBaseName(cluster: string): string {
  return `fy-${getShortId(cluster)}`;
}

/** A provider's `getName`: the physical name of a cluster's resource; it throws when a role would break the kind's limits. */
export function createNaming<Kind extends string>(
  rules: Record<Kind, NameRule>,
): (kind: Kind, cluster: string, role?: string) => string {
  return (kind, cluster, role) => {
    const rule = rules[kind];
    const core = role === undefined ? getBaseName(cluster) : `${getBaseName(cluster)}-${role}`;
    const name = `${rule.prefix ?? ''}${core}${rule.suffix ?? ''}`;
    if (name.length < rule.min || name.length > rule.max || !rule.pattern.test(name)) {
      throw new Error(`"${name}" is no valid ${kind} name`);
    }
    return name;
  };
}

/**
 * The user's own name of a pool where it is a label of `max` characters at most, otherwise a readable stem with a hash.
 * The two kinds never meet: hashed ones alone carry `--`.
 */
export function fitPoolName(pool: string, max: number): string {
  if (pool.length <= max && RFC1035.test(pool) && !pool.includes('--')) return pool;
  return `${stemOf(pool, '-', max - 9)}--${hashOf(pool, 7)}`;
}

/** The names of all pools of a cluster, by the user's name; throws on two pools of one name. */
export function namePools(
  pools: readonly { name: string }[],
  getPoolName: (pool: string) => string,
): Map<string, string> {
  const names = new Map(pools.map(({ name }) => [name, getPoolName(name)]));
  if (names.size !== pools.length || new Set(names.values()).size !== pools.length) {
    throw new Error(`node pools need different names: ${pools.map(({ name }) => name).join(', ')}`);
  }
  return names;
}

/** Lower-case letters and digits that stand for a longer text; 5 bits a character. */
export function hashOf(text: string, length: number): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const digest = createHash('sha256').update(text).digest();
  return Array.from({ length }, (_, index) => alphabet[(digest[index] ?? 0) % 32]).join('');
}

/** The readable beginning of a name that has to change. */
export function stemOf(text: string, separator: '' | '-', max: number): string {
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, separator);
  const stem = words
    .replace(/^[^a-z]+/, '')
    .slice(0, max)
    .replace(/-+$/, '');
  return stem === '' ? 'pool'.slice(0, max) : stem;
}
