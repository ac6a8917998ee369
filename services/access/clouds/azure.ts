// Azure: service principals, and their Entra tokens for AKS.

import { ClientSecretCredential } from '@azure/identity';
import { getSecretField, type OpenCredential } from '../credential.ts';
import type { CloudAccess, ClusterToken } from './cloud-access.ts';

/** Application id of the AKS Microsoft Entra server, the same in every tenant. */
const serverScope = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';

async function mintClusterToken(credential: OpenCredential): Promise<ClusterToken> {
  const { tenantId = '', clientId = '', clientSecret = '' } = credential.secret;
  const answer = await new ClientSecretCredential(tenantId, clientId, clientSecret).getToken(serverScope);
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
  describeAccount: (secret) => ({
    subscriptionId: String(secret['subscriptionId']),
    tenantId: String(secret['tenantId']),
  }),
  describeSimulatedAccount: ({ subscriptionId, tenantId }) => ({ subscriptionId, tenantId }),
};
