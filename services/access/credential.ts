// The secret parts of credentials, and what each lets a runner reach a cloud with.

import { FleetyardError } from '../domain/errors.ts';

/** A credential with its secret part in the clear; lives in memory for one step, never in a log or a row. */
export type OpenCredential = {
  id: string;
  provider: 'aws' | 'azure' | 'gcp' | 'kubernetes' | 'ssh';
  simulated: boolean;
  /** The public part: accountId, subscriptionId, tenantId, project. */
  attributes: Record<string, string>;
  secret: Record<string, string>;
};

function requireSecret(credential: OpenCredential, field: string): string {
  const value = credential.secret[field];
  if (value === undefined || value === '') {
    throw new FleetyardError('credential-mismatch', `credential ${credential.id} has no ${field}`);
  }
  return value;
}

/** The variables that the simulator's plugins read; the account is the credential. */
function simulatorVariables(credential: OpenCredential, simulatorUrl: string | undefined): Record<string, string> {
  if (simulatorUrl === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is simulated and no simulator is configured; set FLEETYARD_SIMULATOR_URL or use a real credential`,
    );
  }
  return {
    FLEETYARD_SIMULATOR_URL: simulatorUrl,
    FLEETYARD_SIMULATOR_ACCOUNT: credential.id,
    FLEETYARD_SIMULATOR_TOKEN: requireSecret(credential, 'token'),
  };
}

function realVariables(credential: OpenCredential, region: string): Record<string, string> {
  const need = (field: string): string => requireSecret(credential, field);
  switch (credential.provider) {
    case 'aws': {
      const { sessionToken } = credential.secret;
      return {
        AWS_ACCESS_KEY_ID: need('accessKeyId'),
        AWS_SECRET_ACCESS_KEY: need('secretAccessKey'),
        ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
        AWS_REGION: region,
        // Never the metadata service of the machine that the worker happens to run on.
        AWS_EC2_METADATA_DISABLED: 'true',
      };
    }
    case 'azure':
      return {
        ARM_TENANT_ID: need('tenantId'),
        ARM_CLIENT_ID: need('clientId'),
        ARM_CLIENT_SECRET: need('clientSecret'),
        ARM_SUBSCRIPTION_ID: need('subscriptionId'),
      };
    case 'gcp':
      return { GOOGLE_CREDENTIALS: need('serviceAccountKey'), GOOGLE_PROJECT: need('project') };
    case 'kubernetes':
    case 'ssh':
      return {};
  }
}

/**
 * The environment by which a runner's plugins reach the credential's cloud. Throws `credential-mismatch` when the credential lacks a
 * field, or is simulated where no simulator is configured.
 */
export function buildCloudVariables(
  credential: OpenCredential,
  options: { region: string; simulatorUrl: string | undefined },
): Record<string, string> {
  return credential.simulated
    ? simulatorVariables(credential, options.simulatorUrl)
    : realVariables(credential, options.region);
}
