// Physical names of an AKS cluster's resources, within the limits of Azure.

import { createHash } from 'node:crypto';
import { createNaming, DASHED, hashOf, stemOf, type NameRule } from '../../naming.ts';

export const NAME_RULES = {
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
} as const satisfies Record<string, NameRule>;

export const getName = createNaming(NAME_RULES);

/**
 * The name of an agent pool: the user's own where AKS takes it, otherwise a readable stem with a hash. The two kinds
 * never meet: hashed ones alone are exactly twelve long.
 */
export function getPoolName(pool: string): string {
  if (/^[a-z][a-z0-9]{0,10}$/.test(pool)) return pool;
  return `${stemOf(pool, '', 5).padEnd(5, 'x')}${hashOf(pool, 7)}`;
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
