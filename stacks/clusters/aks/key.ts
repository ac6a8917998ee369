// The key that encrypts Kubernetes secrets of an AKS cluster, in a vault of its own.

import { Key } from '@pulumi/azure-native/keyvault/key.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import { getName } from './names.ts';
import type { ClusterScope } from './scope.ts';

/** Makes the vault and its key. A lost key is a lost cluster, so the vault cannot be purged before its time. */
export function createKey(scope: ClusterScope): { vault: Vault; key: Key } {
  const vault = new Vault(
    'secrets',
    {
      resourceGroupName: scope.resourceGroup,
      vaultName: getName('key-vault', scope.cluster),
      location: scope.location,
      properties: {
        tenantId: scope.tenant,
        sku: { family: 'A', name: 'standard' },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 7,
        enablePurgeProtection: true,
      },
      tags: scope.tags,
    },
    scope.options,
  );
  const key = new Key(
    'secrets',
    {
      resourceGroupName: scope.resourceGroup,
      vaultName: vault.name,
      keyName: getName('vault-key', scope.cluster, 'secrets'),
      properties: { kty: 'RSA', keySize: 2048, keyOps: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
      tags: scope.tags,
    },
    // Deleting a key takes rights inside the vault, which nobody here has; the vault takes its key along.
    { ...scope.options, deletedWith: vault },
  );
  return { vault, key };
}
