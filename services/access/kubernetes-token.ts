// Mints short-lived bearer tokens for the API servers of managed clusters, without any cloud's command line.

import { FleetyardError, isFleetyardError } from '../domain/errors.ts';
import type { ClusterToken, TokenSubject } from './clouds/cloud-access.ts';
import { getCloudAccess } from './clouds/registry.ts';
import type { OpenCredential } from './credential.ts';
import { openSimulatedClouds } from './simulated-clouds.ts';

/** Mints a token for one cluster of the credential's cloud; in a simulated cloud by the same code, which ends up at the simulator. */
export async function mintClusterToken(
  credential: OpenCredential,
  subject: TokenSubject,
  { now, simulatorUrl }: { now: Date; simulatorUrl: string | undefined },
): Promise<ClusterToken> {
  const { mintClusterToken: mint, takeSimulated } = getCloudAccess(credential.provider);
  if (mint === undefined || takeSimulated === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is for ${credential.provider}, which has no managed clusters`,
    );
  }
  try {
    if (!credential.simulated) return await mint(credential, subject, now);
    const taken = await takeSimulated(credential, subject, () => openSimulatedClouds(simulatorUrl));
    return await mint(taken.credential, subject, now, taken.agent);
  } catch (error) {
    throw isFleetyardError(error) ? error : explainRefusal(credential, error);
  }
}

/** What a cloud's library throws, by the status that the cloud answered; its words are not carried on. */
function explainRefusal({ id, provider }: OpenCredential, error: unknown): FleetyardError {
  const { statusCode, status, response } = (error ?? {}) as Record<string, unknown>;
  const told = Number(statusCode ?? (response as { status?: unknown } | undefined)?.status ?? status);
  if (told >= 400 && told < 500 && told !== 429) {
    const message = `${provider} refused credential ${id} when it was asked for a token (${told})`;
    return new FleetyardError('credential-mismatch', message, { cause: error });
  }
  return new FleetyardError('unavailable', `${provider} could not be asked for a token`, { cause: error });
}
