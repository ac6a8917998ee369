// Azure: service principals, and their Entra tokens for AKS.

import type { Agent } from 'node:https';
import { ClientSecretCredential } from '@azure/identity';
import { deriveAzureSecret, describeSimulatedAccount, hashSimulatedToken } from '../../domain/simulated-account.ts';
import { getSecretField, type OpenCredential } from '../credential.ts';
import { readSecretFields } from '../secret-fields.ts';
import type { CloudAccess, ClusterToken, TokenSubject } from './cloud-access.ts';

/** Application id of the AKS Microsoft Entra server, the same in every tenant. */
const serverScope = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';

async function mintClusterToken(
  credential: OpenCredential,
  _subject: TokenSubject,
  _now: Date,
  agent?: Agent,
): Promise<ClusterToken> {
  const { tenantId = '', clientId = '', clientSecret = '' } = credential.secret;
  const answer = await new ClientSecretCredential(tenantId, clientId, clientSecret, {
    ...(agent === undefined ? {} : { agent, disableInstanceDiscovery: true }),
  }).getToken(serverScope);
  return { token: answer.token, expiresAt: new Date(answer.expiresOnTimestamp) };
}

export const azure: CloudAccess = {
  buildVariables: (credential) => ({
    ARM_TENANT_ID: getSecretField(credential, 'tenantId'),
    ARM_CLIENT_ID: getSecretField(credential, 'clientId'),
    ARM_CLIENT_SECRET: getSecretField(credential, 'clientSecret'),
    ARM_SUBSCRIPTION_ID: getSecretField(credential, 'subscriptionId'),
  }),
  mintClusterToken,
  takeSimulated: async (credential, _subject, openClouds) => {
    const { tenantId } = describeSimulatedAccount(credential.id);
    // Who calls is the directory itself, see the simulated Azure.
    const clientSecret = deriveAzureSecret(hashSimulatedToken(getSecretField(credential, 'token')), tenantId);
    const { agent } = await openClouds();
    return { credential: { ...credential, secret: { tenantId, clientId: tenantId, clientSecret } }, agent };
  },
  readSecret: (secret) => {
    const uuid = { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, form: 'a UUID', smallLetters: true };
    const fields = readSecretFields(secret, {
      tenantId: uuid,
      clientId: uuid,
      clientSecret: { pattern: /^[\x21-\x7e]{1,512}$/, form: 'a client secret' },
      subscriptionId: uuid,
    });
    const { subscriptionId = '', tenantId = '' } = fields;
    return { attributes: { subscriptionId, tenantId }, secret: fields };
  },
  describeSimulatedAccount: ({ subscriptionId, tenantId }) => ({ subscriptionId, tenantId }),
};
