// Every physical name of a cluster's resources: a pure function of the cluster's id and a role, within each provider's limits.

import { createHash } from 'node:crypto';
import type { StackProvider } from './contract.ts';

type NameRule = { min: number; max: number; pattern: RegExp; prefix?: string; suffix?: string };

const DASHED = /^[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]$/;
const RFC1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** Limits as the providers document them; our names use a narrower alphabet than most of them allow. */
const RULES = {
  'eks-cluster': { min: 1, max: 100, pattern: DASHED },
  'iam-role': { min: 1, max: 64, pattern: DASHED },
  'launch-template': { min: 3, max: 128, pattern: /^[a-zA-Z0-9().\-/_]+$/ },
  'kms-alias': { min: 7, max: 256, pattern: /^alias\/[a-z0-9-]+$/, prefix: 'alias/' },
  // EKS writes to exactly this group, whoever made it first.
  'eks-log-group': {
    min: 1,
    max: 512,
    pattern: /^\/aws\/eks\/[a-z0-9-]+\/cluster$/,
    prefix: '/aws/eks/',
    suffix: '/cluster',
  },
  'resource-group': { min: 1, max: 90, pattern: DASHED },
  // Azure truncates what it generates at 80, so a name of ours stays below.
  'node-resource-group': { min: 1, max: 80, pattern: DASHED },
  'virtual-network': { min: 2, max: 64, pattern: DASHED },
  'azure-subnet': { min: 1, max: 80, pattern: DASHED },
  'security-group': { min: 1, max: 80, pattern: DASHED },
  'public-ip': { min: 1, max: 80, pattern: DASHED },
  'nat-gateway': { min: 1, max: 80, pattern: DASHED },
  'managed-identity': { min: 3, max: 128, pattern: DASHED },
  'key-vault': { min: 3, max: 24, pattern: DASHED },
  'vault-key': { min: 1, max: 127, pattern: DASHED },
  'aks-cluster': { min: 1, max: 63, pattern: DASHED },
  'dns-prefix': { min: 1, max: 54, pattern: DASHED },
  'gcp-network': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-subnetwork': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-range': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-router': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-address': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-nat': { min: 1, max: 63, pattern: RFC1035 },
  'gcp-firewall': { min: 1, max: 63, pattern: RFC1035 },
  'service-account': { min: 6, max: 30, pattern: RFC1035 },
  'key-ring': { min: 1, max: 63, pattern: RFC1035 },
  'crypto-key': { min: 1, max: 63, pattern: RFC1035 },
  'gke-cluster': { min: 1, max: 40, pattern: RFC1035 },
} as const satisfies Record<string, NameRule>;

/** What a name is for; each kind has its provider's limits. */
export type NameKind = keyof typeof RULES;

/** All kinds, for tests and sweeps. */
export const NAME_KINDS = Object.keys(RULES) as NameKind[];

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

/** The physical name of a cluster's resource; throws when a role would break the provider's limits. */
export function getName(kind: NameKind, cluster: string, role?: string): string {
  const rule: NameRule = RULES[kind];
  const core = role === undefined ? getBaseName(cluster) : `${getBaseName(cluster)}-${role}`;
  const name = `${rule.prefix ?? ''}${core}${rule.suffix ?? ''}`;
  if (name.length < rule.min || name.length > rule.max || !rule.pattern.test(name)) {
    throw new Error(`"${name}" is no valid ${kind} name`);
  }
  return name;
}

/**
 * The physical name of a node pool: the user's own where the provider takes it, otherwise a readable stem with a hash.
 * The two kinds never meet: hashed ones alone carry `--` (EKS, GKE) or are exactly twelve long (AKS).
 */
export function getPoolName(provider: StackProvider, pool: string): string {
  if (provider === 'aks') {
    if (/^[a-z][a-z0-9]{0,10}$/.test(pool)) return pool;
    return `${stemOf(pool, '', 5).padEnd(5, 'x')}${hashOf(pool, 7)}`;
  }
  const max = provider === 'eks' ? 63 : 40;
  if (pool.length <= max && RFC1035.test(pool) && !pool.includes('--')) return pool;
  return `${stemOf(pool, '-', max - 9)}--${hashOf(pool, 7)}`;
}

/** The names of all pools of a cluster, by the user's name; throws on two pools of one name. */
export function getPoolNames(provider: StackProvider, pools: string[]): Map<string, string> {
  const names = new Map(pools.map((pool) => [pool, getPoolName(provider, pool)]));
  if (names.size !== pools.length || new Set(names.values()).size !== pools.length) {
    throw new Error(`node pools need different names: ${pools.join(', ')}`);
  }
  return names;
}

/** Our namespace for UUIDs by name (version 5). */
const NAMESPACE = 'd0a2c9a6-6d0c-5f1e-9a55-0f1ee7a2d001';

/** A UUID (version 5) that depends on the cluster and role alone; Azure names role assignments so. */
export function getUuid(cluster: string, role: string): string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(`${cluster}/${role}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Lower-case letters and digits that stand for a longer text; 5 bits a character. */
export function hashOf(text: string, length: number): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const digest = createHash('sha256').update(text).digest();
  return Array.from({ length }, (_, index) => alphabet[(digest[index] ?? 0) % 32]).join('');
}

function stemOf(text: string, separator: '' | '-', max: number): string {
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, separator);
  const stem = words
    .replace(/^[^a-z]+/, '')
    .slice(0, max)
    .replace(/-+$/, '');
  return stem === '' ? 'pool'.slice(0, max) : stem;
}
