// The rules of the simulated Azure: each refusal with the code and the words of the real one.
import { test, type Test } from 'tap';
import { fetchSimulatedAuthority, readSecure } from '../helpers/secure.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';

const GROUP = 'azure-native:resources:ResourceGroup';
const VNET = 'azure-native:network:VirtualNetwork';
const SUBNET = 'azure-native:network:Subnet';
const ADDRESS = 'azure-native:network:PublicIPAddress';
const NAT = 'azure-native:network:NatGateway';
const RULES = 'azure-native:network:NetworkSecurityGroup';
const IDENTITY = 'azure-native:managedidentity:UserAssignedIdentity';
const ROLE = 'azure-native:authorization:RoleAssignment';
const VAULT = 'azure-native:keyvault:Vault';
const KEY = 'azure-native:keyvault:Key';
const CLUSTER = 'azure-native:containerservice:ManagedCluster';
const POOL = 'azure-native:containerservice:AgentPool';

const place = { resourceGroupName: 'rg', location: 'westeurope' };

async function open(t: Test): Promise<TestAccount> {
  const azure = await createTestAccount(t);
  await azure.make(GROUP, place);
  return azure;
}

async function makeNetwork(azure: TestAccount) {
  const vnet = await azure.make(VNET, {
    ...place,
    virtualNetworkName: 'net',
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
  });
  const subnet = await azure.make(SUBNET, {
    resourceGroupName: 'rg',
    virtualNetworkName: 'net',
    subnetName: 'nodes',
    addressPrefix: '10.0.0.0/20',
  });
  return { vnet, subnet };
}

function clusterInputs(subnet: string, more: Record<string, unknown> = {}) {
  const pool = { name: 'system', mode: 'System', count: 1, vmSize: 'Standard_D2s_v5', vnetSubnetID: subnet };
  return {
    ...place,
    resourceName: 'it',
    dnsPrefix: 'it',
    kubernetesVersion: '1.34',
    agentPoolProfiles: [pool],
    oidcIssuerProfile: { enabled: true },
    networkProfile: { podCidr: '100.64.0.0/16', serviceCidr: '10.128.0.0/20', dnsServiceIP: '10.128.0.10' },
    ...more,
  };
}

test('a resource needs its group, a location that exists and a name of its own', async (t) => {
  const azure = await open(t);
  const address = { publicIpAddressName: 'ip', sku: { name: 'Standard' }, publicIPAllocationMethod: 'Static' };
  await t.rejects(azure.make(ADDRESS, { ...address, resourceGroupName: 'none' }), { code: 'ResourceGroupNotFound' });
  await t.rejects(azure.make(ADDRESS, { ...address, ...place, location: 'atlantis' }), {
    code: 'LocationNotAvailableForResourceType',
  });
  const made = await azure.make(ADDRESS, { ...address, resourceGroupName: 'rg' });
  t.equal(
    made.id,
    `/subscriptions/${azure.identity.subscriptionId}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip`,
  );
  t.match(made.outputs, { name: 'ip', location: 'westeurope', type: 'Microsoft.Network/publicIPAddresses' });
  t.notOk('resourceGroupName' in made.outputs, 'parts of the id are no outputs');
  await t.rejects(azure.make(ADDRESS, { ...address, ...place }), /cannot create already existing resource/);
  await t.rejects(azure.make(GROUP, place), { code: 'ResourceGroupExists' });
  await t.rejects(
    azure.make(ADDRESS, { ...address, ...place, publicIpAddressName: 'b', publicIPAllocationMethod: 'Dynamic' }),
    {
      code: 'StandardSkuPublicIPAddressesMustBeStatic',
    },
  );
  t.match(await azure.check(ADDRESS, { publicIpAddressName: 'x' }), [/missing required property 'resourceGroupName'/]);
  t.match(await azure.check(ADDRESS, { ...place, sku: { nam: 'Standard' } }), [/sku.nam.*Could not find member 'nam'/]);
  t.match(await azure.check(GROUP, { resourceGroupName: 'a b' }), [/does not match expression/]);
});

test('another subscription is not ours', async (t) => {
  const azure = await open(t);
  const config = { subscriptionId: '00000000-0000-0000-0000-000000000000' };
  await t.rejects(azure.make(GROUP, { resourceGroupName: 'x', location: 'westeurope' }, { config }), {
    code: 'SubscriptionNotFound',
  });
});

test('subnets stand inside their network, apart from each other, and stay while nodes are in them', async (t) => {
  const azure = await open(t);
  const { vnet, subnet } = await makeNetwork(azure);
  const next = { resourceGroupName: 'rg', virtualNetworkName: 'net', subnetName: 'b' };
  await t.rejects(azure.make(SUBNET, { ...next, addressPrefix: '10.1.0.0/24' }), { code: 'NetcfgInvalidSubnet' });
  await t.rejects(azure.make(SUBNET, { ...next, addressPrefix: '10.0.1.0/24' }), { code: 'NetcfgSubnetRangesOverlap' });
  await t.rejects(azure.make(SUBNET, { ...next, virtualNetworkName: 'none', addressPrefix: '10.0.1.0/24' }), {
    code: 'ResourceNotFound',
  });
  await t.rejects(azure.make(SUBNET, { ...next, addressPrefix: '10.0.32.0/24', natGateway: { id: 'none' } }), {
    code: 'ResourceNotFound',
  });
  await azure.make(CLUSTER, clusterInputs(subnet.id));
  await t.rejects(azure.remove(SUBNET, subnet.id), { code: 'InUseSubnetCannotBeDeleted' });
  await t.rejects(azure.remove(VNET, vnet.id), { code: 'InUseSubnetCannotBeDeleted' });
});

test('what a subnet refers to stays', async (t) => {
  const azure = await open(t);
  await makeNetwork(azure);
  const address = await azure.make(ADDRESS, {
    ...place,
    publicIpAddressName: 'ip',
    sku: { name: 'Standard' },
    publicIPAllocationMethod: 'Static',
  });
  const nat = await azure.make(NAT, { ...place, natGatewayName: 'nat', publicIpAddresses: [{ id: address.id }] });
  const rules = await azure.make(RULES, { ...place, networkSecurityGroupName: 'rules' });
  await azure.make(SUBNET, {
    resourceGroupName: 'rg',
    virtualNetworkName: 'net',
    subnetName: 'b',
    addressPrefix: '10.0.64.0/24',
    natGateway: { id: nat.id },
    networkSecurityGroup: { id: rules.id },
  });
  await t.rejects(azure.remove(ADDRESS, address.id), { code: 'PublicIPAddressCannotBeDeleted' });
  await t.rejects(azure.remove(NAT, nat.id), { code: 'NatGatewayCannotBeDeletedWhileInUse' });
  await t.rejects(azure.remove(RULES, rules.id), { code: 'InUseNetworkSecurityGroupCannotBeDeleted' });
});

test('a role needs a principal that exists and is given once', async (t) => {
  const azure = await open(t);
  const identity = await azure.make(IDENTITY, { ...place, resourceName: 'id' });
  const role = {
    roleAssignmentName: '11111111-1111-4111-8111-111111111111',
    roleDefinitionId:
      '/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7',
    principalId: identity.outputs['principalId'],
    principalType: 'ServicePrincipal',
    scope: identity.id,
  };
  await t.rejects(azure.make(ROLE, { ...role, principalId: 'nobody' }), { code: 'PrincipalNotFound' });
  await t.rejects(azure.make(ROLE, { ...role, roleDefinitionId: 'reader' }), { code: 'BadRequestFormat' });
  await azure.make(ROLE, role);
  const twin = { ...role, roleAssignmentName: '22222222-2222-4222-8222-222222222222' };
  await t.rejects(azure.make(ROLE, twin), { code: 'RoleAssignmentExists' });
  t.match(await azure.check(ROLE, { ...role, roleAssignmentName: 'mine' }), [/is not a GUID/]);
});

test('a vault belongs to the tenant of the account and its name is narrow', async (t) => {
  const azure = await open(t);
  const properties = { tenantId: azure.identity.tenantId, sku: { family: 'A', name: 'standard' } };
  t.match(await azure.check(VAULT, { ...place, vaultName: 'x--y', properties }), [/VaultNameNotValid/]);
  const foreign = { ...properties, tenantId: '33333333-3333-4333-8333-333333333333' };
  await t.rejects(azure.make(VAULT, { ...place, vaultName: 'vault', properties: foreign }), { code: 'BadRequest' });
  await azure.make(VAULT, { ...place, vaultName: 'vault', properties });
  const key = await azure.make(KEY, {
    resourceGroupName: 'rg',
    vaultName: 'vault',
    keyName: 'k',
    properties: { kty: 'RSA' },
  });
  t.match(key.outputs, { keyUriWithVersion: /^https:\/\/vault\.vault\.azure\.net\/keys\/k\/[0-9a-f]{32}$/ });
});

test('AKS checks ranges, pools, identities and keys, and answers as AKS does', async (t) => {
  const azure = await open(t);
  const { subnet } = await makeNetwork(azure);
  const make = (more: Record<string, unknown>) => azure.make(CLUSTER, clusterInputs(subnet.id, more));
  const network = { podCidr: '100.64.0.0/16', serviceCidr: '10.128.0.0/20', dnsServiceIP: '10.128.0.10' };
  await t.rejects(make({ kubernetesVersion: '1.20.1' }), { code: 'K8sVersionNotSupported' });
  await t.rejects(make({ networkProfile: { ...network, dnsServiceIP: '10.9.0.10' } }), {
    code: 'DnsServiceIpOutOfServiceCidr',
  });
  await t.rejects(make({ networkProfile: { ...network, podCidr: '10.128.0.0/16' } }), {
    code: 'ServiceCidrOverlapPodCidr',
  });
  await t.rejects(make({ networkProfile: { ...network, serviceCidr: '10.0.0.0/20' } }), {
    code: 'ServiceCidrOverlapExistingSubnetsCidr',
  });
  await t.rejects(make({ agentPoolProfiles: [{ name: 'user', mode: 'User', count: 1 }] }), { message: /mode System/ });
  const pool = { name: 'system', mode: 'System', count: 1, vmSize: 'Standard_D2s_v5' };
  await t.rejects(make({ agentPoolProfiles: [{ ...pool, name: 'Sys-tem' }] }), { code: 'InvalidParameter' });
  await t.rejects(make({ agentPoolProfiles: [{ ...pool, vmSize: 'Standard_Nothing' }] }), {
    code: 'VMSizeNotSupported',
  });
  const identity = { type: 'UserAssigned', userAssignedIdentities: ['/none'] };
  await t.rejects(make({ identity }), { code: 'ResourceNotFound' });
  const securityProfile = { azureKeyVaultKms: { enabled: true, keyId: 'https://none' } };
  await t.rejects(make({ securityProfile }), { code: 'KeyVaultKeyNotFound' });
  const made = await make({});
  t.match(made.outputs, {
    provisioningState: 'Succeeded',
    fqdn: /^127\.0\.0\.1:\d+\/k8s\/[0-9a-f]+$/,
    currentKubernetesVersion: /^1\.34\./,
    nodeResourceGroup: 'MC_rg_it_westeurope',
    oidcIssuerProfile: { issuerURL: /^https:\/\/westeurope\.oic\.prod-aks\.azure\.com\// },
  });
  const { result } = await azure.call<{ result: { kubeconfigs: { value: string }[] } }>('invoke', {
    token: 'azure-native:containerservice:listManagedClusterUserCredentials',
    args: { resourceGroupName: 'rg', resourceName: 'it' },
  });
  const kubeconfig = Buffer.from(result.kubeconfigs[0]?.value ?? '', 'base64').toString();
  t.match(JSON.parse(kubeconfig), { clusters: [{ cluster: { server: /^https:\/\/127\.0\.0\.1:\d+\/k8s\// } }] });
});

test('AKS goes up one minor at a time, takes no new inline pool, and its pools stay near it', async (t) => {
  const azure = await open(t);
  const { subnet } = await makeNetwork(azure);
  const cluster = await azure.make(CLUSTER, clusterInputs(subnet.id));
  const upgrade = (kubernetesVersion: string) =>
    azure.change(CLUSTER, cluster, clusterInputs(subnet.id, { kubernetesVersion }));
  await t.rejects(upgrade('1.36'), { code: 'OperationNotAllowed' });
  const pools = [...clusterInputs(subnet.id).agentPoolProfiles, { name: 'more', mode: 'User', count: 1 }];
  await t.rejects(azure.change(CLUSTER, cluster, clusterInputs(subnet.id, { agentPoolProfiles: pools })), {
    message: /A new agent pool was introduced/,
  });
  const pool = {
    resourceGroupName: 'rg',
    resourceName: 'it',
    agentPoolName: 'work',
    count: 1,
    vmSize: 'Standard_D2s_v5',
  };
  await t.rejects(azure.make(POOL, { ...pool, orchestratorVersion: '1.35' }), {
    code: 'NodePoolMcVersionIncompatible',
  });
  await t.rejects(azure.make(POOL, { ...pool, agentPoolName: 'system' }), { code: 'Conflict' });
  await t.rejects(azure.make(POOL, { ...pool, resourceName: 'none' }), { code: 'ResourceNotFound' });
  await t.rejects(azure.make(POOL, { ...pool, enableAutoScaling: true, minCount: 3, maxCount: 2 }), {
    code: 'InvalidParameter',
  });
  t.match((await azure.make(POOL, pool)).outputs, { currentOrchestratorVersion: /^1\.34\./ });
  t.match((await upgrade('1.35')).outputs, { currentKubernetesVersion: /^1\.35\./ });
});

test('a resource group takes everything in it along', async (t) => {
  const azure = await open(t);
  const { subnet } = await makeNetwork(azure);
  const cluster = await azure.make(CLUSTER, clusterInputs(subnet.id));
  await azure.remove(GROUP, `/subscriptions/${azure.identity.subscriptionId}/resourceGroups/rg`);
  t.same(await azure.admin.listResources(azure.account), []);
  const entries = await azure.admin.listLedger(azure.account);
  const gone = entries.filter((entry) => entry.action === 'delete').map((entry) => entry.caller);
  t.same(gone, ['cloud', 'cloud', 'cloud', 'engine'], 'the ledger says who removed what');
  const server = `https://${String(cluster.outputs['fqdn'])}/version`;
  const authority = await fetchSimulatedAuthority(azure.simulator.url);
  await t.rejects(readSecure(server, { authority }), { code: 'ECONNRESET' }, 'its API server answers no more');
});
