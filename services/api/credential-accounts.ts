// What may be known of the account behind a credential.

import { FleetyardError } from '../domain/errors.ts';
import { describeSimulatedAccount } from '../domain/simulated-account.ts';
import type { Cloud } from '../domain/clouds.ts';

/** The made-up account of a simulated credential. */
export function describeSimulatedCredential(provider: Cloud, id: string): Record<string, string> {
  const { accountId, subscriptionId, tenantId, project } = describeSimulatedAccount(id);
  switch (provider) {
    case 'aws':
      return { accountId };
    case 'azure':
      return { subscriptionId, tenantId };
    case 'gcp':
      return { project };
    case 'kubernetes':
    case 'ssh':
      return {};
  }
}

/** The public members of a real credential's secret; refuses a key file that is not one. */
export function describeRealAccount(provider: Cloud, secret: Record<string, unknown>): Record<string, string> {
  switch (provider) {
    case 'azure':
      return { subscriptionId: String(secret['subscriptionId']), tenantId: String(secret['tenantId']) };
    case 'gcp':
      checkServiceAccountKey(String(secret['serviceAccountKey']));
      return { project: String(secret['project']) };
    case 'aws':
      // The account's number is asked of the cloud at the first use; the key's id tells keys apart until then.
      return { accessKeyId: String(secret['accessKeyId']) };
    case 'kubernetes':
    case 'ssh':
      return {};
  }
}

function checkServiceAccountKey(text: string): void {
  let type: unknown;
  try {
    type = (JSON.parse(text) as { type?: unknown } | null)?.type;
  } catch {
    type = undefined;
  }
  if (type === 'service_account') return;
  const message = 'It is not the JSON text of a service account key.';
  throw new FleetyardError('validation', message, {
    details: [{ pointer: '/secret/serviceAccountKey', message, code: 'wrong-form' }],
  });
}
