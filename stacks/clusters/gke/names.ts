// Physical names of a GKE cluster's resources, within the limits of Google Cloud.

import { createNaming, fitPoolName, RFC1035, type NameRule } from '../../naming.ts';

export const NAME_RULES = {
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

export const getName = createNaming(NAME_RULES);

/** The name of a node pool. */
export function getPoolName(pool: string): string {
  return fitPoolName(pool, 40);
}
