// Google Cloud: service account keys, and the access tokens that they give for GKE.

import { JWT } from 'google-auth-library';
import { FleetyardError } from '../../domain/errors.ts';
import { getSecretField, type OpenCredential } from '../credential.ts';
import { addMinutes, type CloudAccess, type ClusterToken, type TokenSubject } from './cloud-access.ts';

const tokenScope = 'https://www.googleapis.com/auth/cloud-platform';

async function mintClusterToken(credential: OpenCredential, _subject: TokenSubject, now: Date): Promise<ClusterToken> {
  const key = JSON.parse(credential.secret['serviceAccountKey'] ?? '{}') as {
    client_email?: string;
    private_key?: string;
  };
  if (key.client_email === undefined || key.private_key === undefined) {
    throw new FleetyardError('credential-mismatch', `credential ${credential.id} holds no service account key`);
  }
  const { access_token: token, expiry_date: expiry } = await new JWT({
    email: key.client_email,
    key: key.private_key,
    scopes: [tokenScope],
  }).authorize();
  if (!token) throw new FleetyardError('unavailable', 'Google answered without an access token');
  return { token, expiresAt: expiry ? new Date(expiry) : addMinutes(now, 50) };
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

export const gcp: CloudAccess = {
  buildVariables: (credential) => ({
    GOOGLE_CREDENTIALS: getSecretField(credential, 'serviceAccountKey'),
    GOOGLE_PROJECT: getSecretField(credential, 'project'),
  }),
  mintClusterToken,
  describeAccount: (secret) => {
    checkServiceAccountKey(String(secret['serviceAccountKey']));
    return { project: String(secret['project']) };
  },
  describeSimulatedAccount: ({ project }) => ({ project }),
};
