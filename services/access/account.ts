// What may be known of the account behind a credential, and the form in which its secret is kept.

import type { Cloud } from '../domain/clouds.ts';
import { describeSimulatedAccount } from '../domain/simulated-account.ts';
import type { ReadSecret } from './clouds/cloud-access.ts';
import { getCloudAccess } from './clouds/registry.ts';

/** The made-up account of a simulated credential. */
export function describeSimulatedCredential(cloud: Cloud, id: string): Record<string, string> {
  return getCloudAccess(cloud).describeSimulatedAccount(describeSimulatedAccount(id));
}

/** A real credential's secret, parsed and written anew, with what may be known of it; throws `validation` for one that is none. */
export function readRealSecret(cloud: Cloud, secret: Record<string, unknown>): ReadSecret {
  return getCloudAccess(cloud).readSecret(secret);
}
