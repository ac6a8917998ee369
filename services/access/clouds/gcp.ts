// Google Cloud: service account keys, and the access tokens that they give for GKE.

import type { Agent } from 'node:https';
import { JWT } from 'google-auth-library';
import { describeGoogleOwner, describeSimulatedAccount } from '../../domain/simulated-account.ts';
import { FleetyardError, isFleetyardError } from '../../domain/errors.ts';
import { getSecretField, type OpenCredential } from '../credential.ts';
import { readSecretFields } from '../secret-fields.ts';
import { readServiceAccountKey, writeServiceAccountKey, type ServiceAccountKey } from '../service-account-key.ts';
import { addMinutes, type CloudAccess, type ClusterToken, type TokenSubject } from './cloud-access.ts';

const tokenScope = 'https://www.googleapis.com/auth/cloud-platform';

async function mintClusterToken(
  credential: OpenCredential,
  _subject: TokenSubject,
  now: Date,
  agent?: Agent,
): Promise<ClusterToken> {
  const { email, privateKey } = readStoredKey(credential);
  const { access_token: token, expiry_date: expiry } = await new JWT({
    email,
    key: privateKey,
    scopes: [tokenScope],
    ...(agent === undefined ? {} : { transporterOptions: { agent } }),
  }).authorize();
  if (!token) throw new FleetyardError('unavailable', 'Google answered without an access token');
  return { token, expiresAt: expiry ? new Date(expiry) : addMinutes(now, 50) };
}

/** What was stored under older rules is held to today's. */
function readStoredKey(credential: OpenCredential): ServiceAccountKey {
  try {
    return readServiceAccountKey(getSecretField(credential, 'serviceAccountKey'));
  } catch (error) {
    if (!isFleetyardError(error, 'validation')) throw error;
    const way = 'Make another credential (POST /v1/credentials) and apply the clusters with it.';
    throw new FleetyardError(
      'credential-mismatch',
      `the service account key of credential ${credential.id} may not be used. ${error.message} ${way}`,
    );
  }
}

export const gcp: CloudAccess = {
  buildVariables: (credential) => ({
    GOOGLE_CREDENTIALS: writeServiceAccountKey(readStoredKey(credential)),
    GOOGLE_PROJECT: getSecretField(credential, 'project'),
  }),
  mintClusterToken,
  takeSimulated: async (credential, _subject, openClouds) => {
    const { project } = describeSimulatedAccount(credential.id);
    const path = `/v1/projects/-/serviceAccounts/${describeGoogleOwner(project)}/keys`;
    const { agent, post } = await openClouds();
    const account = { id: credential.id, token: getSecretField(credential, 'token') };
    const { privateKeyData } = await post('iam.googleapis.com', path, account);
    const serviceAccountKey = Buffer.from(String(privateKeyData), 'base64').toString('utf8');
    return { credential: { ...credential, secret: { project, serviceAccountKey } }, agent };
  },
  readSecret: (secret) => {
    const { project = '', serviceAccountKey = '' } = readSecretFields(secret, {
      project: { pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, form: 'the id of a project' },
      serviceAccountKey: { pattern: /^[^\0]{2,16384}$/, form: "the key file's JSON text" },
    });
    const key = writeServiceAccountKey(readServiceAccountKey(serviceAccountKey));
    return { attributes: { project }, secret: { project, serviceAccountKey: key } };
  },
  describeSimulatedAccount: ({ project }) => ({ project }),
};
