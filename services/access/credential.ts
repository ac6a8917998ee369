// The secret part of a credential in the clear, and how a field of it is had.

import type { Cloud } from '../domain/clouds.ts';
import { FleetyardError } from '../domain/errors.ts';

/** A credential with its secret part in the clear; lives in memory for one step, never in a log or a row. */
export type OpenCredential = {
  id: string;
  provider: Cloud;
  simulated: boolean;
  /** The public part: accountId, subscriptionId, tenantId, project. */
  attributes: Record<string, string>;
  secret: Record<string, string>;
};

/** A field of the secret part; throws `credential-mismatch` when the credential lacks it. */
export function getSecretField(credential: OpenCredential, field: string): string {
  const value = credential.secret[field];
  if (value === undefined || value === '') {
    throw new FleetyardError('credential-mismatch', `credential ${credential.id} has no ${field}`);
  }
  return value;
}
