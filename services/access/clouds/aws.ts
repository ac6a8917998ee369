// AWS: access keys, and presigned calls that EKS takes as tokens.

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  deriveAwsKeys,
  describeAwsOwner,
  describeSimulatedAccount,
  hashSimulatedToken,
} from '../../domain/simulated-account.ts';
import { getSecretField, type OpenCredential } from '../credential.ts';
import { readSecretFields } from '../secret-fields.ts';
import { addMinutes, type CloudAccess, type ClusterToken, type TokenSubject } from './cloud-access.ts';

/** EKS accepts a presigned URL for 15 minutes; one minute is left for clocks that differ (aws-iam-authenticator). */
const tokenMinutes = 14;

/** A presigned GetCallerIdentity call, bound to the cluster by a signed header. */
async function mintClusterToken(credential: OpenCredential, subject: TokenSubject, now: Date): Promise<ClusterToken> {
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
  return { token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`, expiresAt: addMinutes(now, tokenMinutes) };
}

export const aws: CloudAccess = {
  buildVariables: (credential, region) => {
    const { sessionToken } = credential.secret;
    return {
      AWS_ACCESS_KEY_ID: getSecretField(credential, 'accessKeyId'),
      AWS_SECRET_ACCESS_KEY: getSecretField(credential, 'secretAccessKey'),
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      AWS_REGION: region,
      // Never the metadata service of the machine that the worker happens to run on.
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  },
  mintClusterToken,
  takeSimulated: async (credential, { region }) => {
    const owner = describeAwsOwner(describeSimulatedAccount(credential.id).accountId, region);
    const secret = deriveAwsKeys(hashSimulatedToken(getSecretField(credential, 'token')), owner);
    return { credential: { ...credential, secret } };
  },
  readSecret: (secret) => {
    const fields = readSecretFields(secret, {
      accessKeyId: { pattern: /^[A-Z0-9]{16,128}$/, form: 'an access key id, such as AKIA…' },
      secretAccessKey: { pattern: /^[\x21-\x7e]{16,256}$/, form: 'a secret access key' },
      sessionToken: { pattern: /^[\x21-\x7e]{1,8192}$/, form: 'a session token', optional: true },
    });
    // The account's number is asked of the cloud at the first use; the key's id tells keys apart until then.
    return { attributes: { accessKeyId: fields['accessKeyId'] ?? '' }, secret: fields };
  },
  describeSimulatedAccount: ({ accountId }) => ({ accountId }),
};
