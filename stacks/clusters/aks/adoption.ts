// How each Azure resource of an AKS cluster is found after a crash: Azure's ids follow from names.

import { adoptByRules, byId } from '../../adoption.ts';
import type { Adoption, AdoptionContext, AdoptionRule, PendingCreate } from '../../adoption.ts';

const GROUP = '/subscriptions/{@subscriptionId}/resourceGroups/{resourceGroupName}';
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const SERVICE = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`;
const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/{vaultName}`;

const RULES: Record<string, AdoptionRule> = {
  'azure-native:resources:ResourceGroup': byId(GROUP),
  'azure-native:network:VirtualNetwork': byId(`${NETWORK}/virtualNetworks/{virtualNetworkName}`),
  'azure-native:network:Subnet': byId(`${NETWORK}/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}`),
  'azure-native:network:NetworkSecurityGroup': byId(`${NETWORK}/networkSecurityGroups/{networkSecurityGroupName}`),
  'azure-native:network:PublicIPAddress': byId(`${NETWORK}/publicIPAddresses/{publicIpAddressName}`),
  'azure-native:network:NatGateway': byId(`${NETWORK}/natGateways/{natGatewayName}`),
  'azure-native:managedidentity:UserAssignedIdentity': byId(
    `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
  ),
  'azure-native:authorization:RoleAssignment': byId(
    '/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}',
  ),
  'azure-native:keyvault:Vault': byId(VAULT),
  'azure-native:keyvault:Key': byId(`${VAULT}/keys/{keyName}`),
  'azure-native:containerservice:ManagedCluster': byId(SERVICE),
  'azure-native:containerservice:AgentPool': byId(`${SERVICE}/agentPools/{agentPoolName}`),
};

/** Tells how to find the resource of a pending create; throws for a type that no program of AKS makes. */
export function planAdoption(pending: PendingCreate, context: AdoptionContext): Adoption {
  return adoptByRules(RULES, pending, context);
}
