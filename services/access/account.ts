// What may be known of the account behind a credential.

import type { Cloud } from '../domain/clouds.ts';
import { describeSimulatedAccount } from '../domain/simulated-account.ts';
import { getCloudAccess } from './clouds/registry.ts';

/** The made-up account of a simulated credential. */
export function describeSimulatedCredential(cloud: Cloud, id: string): Record<string, string> {
  return getCloudAccess(cloud).describeSimulatedAccount(describeSimulatedAccount(id));
}

/** The public members of a real credential's secret; throws `validation` for a key file that is not one. */
export function describeRealAccount(cloud: Cloud, secret: Record<string, unknown>): Record<string, string> {
  return getCloudAccess(cloud).describeAccount(secret);
}
