// The environment by which a runner's plugins reach the cloud of a credential.

import { FleetyardError } from '../domain/errors.ts';
import { getCloudAccess } from './clouds/registry.ts';
import { getSecretField, type OpenCredential } from './credential.ts';

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
    FLEETYARD_SIMULATOR_TOKEN: getSecretField(credential, 'token'),
  };
}

/**
 * The environment by which a runner's plugins reach the credential's cloud. Throws `credential-mismatch` when the credential lacks a
 * field, or is simulated where no simulator is configured.
 */
export function buildCloudVariables(
  credential: OpenCredential,
  options: { region: string; simulatorUrl: string | undefined },
): Record<string, string> {
  const variables = credential.simulated
    ? simulatorVariables(credential, options.simulatorUrl)
    : getCloudAccess(credential.provider).buildVariables(credential, options.region);
  for (const [name, value] of Object.entries(variables)) {
    // Node's own refusal would repeat the value.
    if (value.includes('\0'))
      throw new FleetyardError('credential-mismatch', `credential ${credential.id} has no usable ${name}`);
  }
  return variables;
}
