// The control plane of an AKS cluster with the one pool that stands inside it.

import { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { ManagedClusterArgs } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { Input } from '@pulumi/pulumi';
import type { ClusterInputs } from '../../contract.ts';
import { getName } from './names.ts';
import { createIdentity, grantRole } from './identities.ts';
import { createKey } from './key.ts';
import { getDnsServiceIp, planApiAccess } from './plan.ts';
import type { AgentPoolPlan } from './plan.ts';
import { getSharedPoolArgs } from './pools.ts';
import type { ClusterScope } from './scope.ts';

/** Creates the control plane after its identities, their rights and its key. */
export function createControlPlane(inputs: ClusterInputs, system: AgentPoolPlan, scope: ClusterScope): ManagedCluster {
  const name = getName('aks-cluster', scope.cluster);
  const control = createIdentity('control-plane', scope);
  const kubelet = createIdentity('kubelet', scope);
  const { vault, key } = createKey(scope);
  const grants = [
    grantRole('network', 'networkContributor', control.principalId, inputs.network.networkId, scope),
    grantRole('kubelet', 'managedIdentityOperator', control.principalId, kubelet.id, scope),
    grantRole('secrets', 'keyVaultCryptoUser', control.principalId, vault.id, scope),
  ];
  return new ManagedCluster(
    'cluster',
    {
      resourceGroupName: scope.resourceGroup,
      resourceName: name,
      location: scope.location,
      dnsPrefix: getName('dns-prefix', scope.cluster),
      nodeResourceGroup: getName('node-resource-group', scope.cluster, 'nodes'),
      kubernetesVersion: inputs.kubernetesVersion,
      sku: { name: 'Base', tier: 'Standard' },
      ...getIdentityArgs(control, kubelet),
      ...getAccessArgs(inputs, scope),
      ...getNetworkArgs(inputs),
      ...getSecurityArgs(key.keyUriWithVersion),
      autoUpgradeProfile: { upgradeChannel: 'none', nodeOSUpgradeChannel: 'NodeImage' },
      agentPoolProfiles: [
        {
          name: system.name,
          mode: 'System',
          type: 'VirtualMachineScaleSets',
          ...getSharedPoolArgs(system, inputs.kubernetesVersion, scope),
        },
      ],
      tags: scope.tags,
    },
    {
      ...scope.options,
      dependsOn: grants,
      // The inline pool may be updated in place, but only while it is the very same one.
      ...(system.ignoreCount ? { ignoreChanges: ['agentPoolProfiles[0].count'] } : {}),
    },
  );
}

function getIdentityArgs(control: UserAssignedIdentity, kubelet: UserAssignedIdentity) {
  return {
    identity: { type: 'UserAssigned', userAssignedIdentities: [control.id] },
    identityProfile: {
      kubeletidentity: { resourceId: kubelet.id, clientId: kubelet.clientId, objectId: kubelet.principalId },
    },
  } satisfies Partial<ManagedClusterArgs>;
}

/** Only Entra identities are let in: no certificate of this cluster is ever handed out. */
function getAccessArgs(inputs: ClusterInputs, scope: ClusterScope) {
  return {
    apiServerAccessProfile: planApiAccess(inputs.access, inputs.network.egressIps),
    enableRBAC: true,
    aadProfile: { managed: true, enableAzureRBAC: true, tenantID: scope.tenant },
    disableLocalAccounts: true,
  } satisfies Partial<ManagedClusterArgs>;
}

function getNetworkArgs(inputs: ClusterInputs) {
  return {
    networkProfile: {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
      podCidr: inputs.podCidr,
      serviceCidr: inputs.serviceCidr,
      dnsServiceIP: getDnsServiceIp(inputs.serviceCidr),
      outboundType: 'userAssignedNATGateway',
      loadBalancerSku: 'standard',
    },
  } satisfies Partial<ManagedClusterArgs>;
}

function getSecurityArgs(keyId: Input<string>) {
  return {
    oidcIssuerProfile: { enabled: true },
    securityProfile: {
      workloadIdentity: { enabled: true },
      azureKeyVaultKms: { enabled: true, keyId, keyVaultNetworkAccess: 'Public' },
      imageCleaner: { enabled: true, intervalHours: 168 },
    },
  } satisfies Partial<ManagedClusterArgs>;
}
