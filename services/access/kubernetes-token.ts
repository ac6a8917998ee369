// Mints short-lived bearer tokens for the API servers of managed clusters, without any cloud's command line.

import { FleetyardError, isFleetyardError } from '../domain/errors.ts';
import { addMinutes, type ClusterToken, type TokenSubject } from './clouds/cloud-access.ts';
import { getCloudAccess } from './clouds/registry.ts';
import type { OpenCredential } from './credential.ts';

/** Where simulated clouds take the account's own token, it does not end; what is made of it is dated as the real ones are. */
const simulatedTokenMinutes = 60;

/** Mints a token for one cluster of the credential's cloud, in the same way for simulated clouds as far as they ask for it. */
export async function mintClusterToken(
  credential: OpenCredential,
  subject: TokenSubject,
  now: Date,
): Promise<ClusterToken> {
  const { mintClusterToken: mint, takeSimulated } = getCloudAccess(credential.provider);
  if (credential.simulated && takeSimulated === undefined) {
    return { token: credential.secret['token'] ?? '', expiresAt: addMinutes(now, simulatedTokenMinutes) };
  }
  if (mint === undefined) {
    throw new FleetyardError(
      'credential-mismatch',
      `credential ${credential.id} is for ${credential.provider}, which has no managed clusters`,
    );
  }
  try {
    const held = credential.simulated && takeSimulated ? takeSimulated(credential, subject) : credential;
    return await mint(held, subject, now);
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
