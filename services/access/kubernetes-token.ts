// Mints short-lived bearer tokens for the API servers of EKS, AKS and GKE, without any cloud's command line.

import { Sha256 } from '@aws-crypto/sha256-js';
import { ClientSecretCredential } from '@azure/identity';
import { SignatureV4 } from '@smithy/signature-v4';
import { JWT } from 'google-auth-library';
import { FleetyardError } from '../domain/errors.ts';
import type { OpenCredential } from './credential.ts';

/** A bearer token and when it ends. */
export type ClusterToken = { token: string; expiresAt: Date };

/** Which cluster a token is for. */
export type TokenSubject = { provider: 'eks' | 'aks' | 'gke'; region: string; physicalName: string };

/** EKS accepts a presigned URL for 15 minutes; one minute is left for clocks that differ (aws-iam-authenticator). */
const eksTokenMinutes = 14;
/** Application id of the AKS Microsoft Entra server, the same in every tenant. */
const aksServerScope = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';
const gcpScope = 'https://www.googleapis.com/auth/cloud-platform';
/** Simulated tokens do not end; kubeconfigs made of them are dated as the real ones are. */
const simulatedTokenMinutes = 60;

function afterMinutes(now: Date, minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}

/** A presigned GetCallerIdentity call, bound to the cluster by a signed header. */
async function mintEksToken(credential: OpenCredential, subject: TokenSubject, now: Date): Promise<ClusterToken> {
  const { accessKeyId = '', secretAccessKey = '', sessionToken } = credential.secret;
  const hostname = `sts.${subject.region}.amazonaws.com`;
  const signer = new SignatureV4({
    service: 'sts',
    region: subject.region,
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': subject.physicalName },
    },
    // Headers that are not hoisted into the query must be signed, or the cluster's name would not bind the token.
    { expiresIn: 60, signingDate: now, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(signed.query ?? {})) query.set(name, String(value));
  const url = `https://${hostname}/?${query.toString().replaceAll('+', '%20')}`;
  return {
    token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`,
    expiresAt: afterMinutes(now, eksTokenMinutes),
  };
}

async function mintAksToken(credential: OpenCredential): Promise<ClusterToken> {
  const { tenantId = '', clientId = '', clientSecret = '' } = credential.secret;
  const answer = await new ClientSecretCredential(tenantId, clientId, clientSecret).getToken(aksServerScope);
  return { token: answer.token, expiresAt: new Date(answer.expiresOnTimestamp) };
}

async function mintGkeToken(credential: OpenCredential, now: Date): Promise<ClusterToken> {
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
    scopes: [gcpScope],
  }).authorize();
  if (!token) throw new FleetyardError('unavailable', 'Google answered without an access token');
  return { token, expiresAt: expiry ? new Date(expiry) : afterMinutes(now, 50) };
}

/** Mints a token for one cluster. Simulated clusters take the token of their simulated account. */
export async function mintClusterToken(
  credential: OpenCredential,
  subject: TokenSubject,
  now: Date,
): Promise<ClusterToken> {
  if (credential.simulated) {
    return { token: credential.secret['token'] ?? '', expiresAt: afterMinutes(now, simulatedTokenMinutes) };
  }
  switch (subject.provider) {
    case 'eks':
      return mintEksToken(credential, subject, now);
    case 'aks':
      return mintAksToken(credential);
    case 'gke':
      return mintGkeToken(credential, now);
  }
}
