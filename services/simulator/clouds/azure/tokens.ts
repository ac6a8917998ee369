// The type tokens of the simulated Azure.
export const ROLE = 'azure-native:authorization:RoleAssignment';
export const POOL = 'azure-native:containerservice:AgentPool';
export const CLUSTER = 'azure-native:containerservice:ManagedCluster';
export const VAULT_KEY = 'azure-native:keyvault:Key';
export const VAULT = 'azure-native:keyvault:Vault';
export const IDENTITY = 'azure-native:managedidentity:UserAssignedIdentity';
export const NAT = 'azure-native:network:NatGateway';
export const NSG = 'azure-native:network:NetworkSecurityGroup';
export const ADDRESS = 'azure-native:network:PublicIPAddress';
export const SUBNET = 'azure-native:network:Subnet';
export const VNET = 'azure-native:network:VirtualNetwork';
export const GROUP = 'azure-native:resources:ResourceGroup';
