// Resource groups and networks of Azure.
import { getBlock, isInside, overlaps, parseBlock } from '../../../domain/cidr.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, list, object, text } from '../values.ts';
import { azureError } from './errors.ts';
import { groupedType } from './grouped-type.ts';
import { checkLocation, getById, groupId } from './resource-ids.ts';
import { ADDRESS, CLUSTER, GROUP, IDENTITY, NAT, NSG, POOL, ROLE, SUBNET, VAULT, VAULT_KEY, VNET } from './tokens.ts';

const resourceGroup: ResourceType = {
  token: GROUP,
  replaceOn: ['resourceGroupName', 'location'],
  deleteBeforeReplace: true,
  autoName: 'resourceGroupName',
  seconds: { create: 3, delete: 30 },
  validate(inputs) {
    const name = known(inputs, 'resourceGroupName');
    if (name === undefined || (/^[-\w().]{1,90}$/.test(name) && !name.endsWith('.'))) return [];
    return [{ property: 'resourceGroupName', reason: `'${name}' does not match expression '^[-\\w\\._\\(\\)]+$'` }];
  },
  quotas: (context) => [
    {
      quota: 'resources/resource-groups',
      limit: 980,
      used: context.list(GROUP).length,
      amount: 1,
      refuse: (limit) => {
        const message = `Creating the resource group would exceed the quota of '${limit}' resource groups.`;
        return azureError(409, 'ResourceGroupQuotaExceeded', message);
      },
    },
  ],
  create(context, inputs) {
    const name = text(inputs, 'resourceGroupName');
    const location = text(inputs, 'location') || text(context.config, 'location');
    checkLocation(location, 'Microsoft.Resources/resourceGroups');
    const id = groupId(context, name);
    if (context.find(GROUP, id))
      throw azureError(409, 'ResourceGroupExists', `cannot create already existing resource '${id}'`);
    const facts = { name, type: 'Microsoft.Resources/resourceGroups', azureApiVersion: 'simulated' };
    const outputs = { ...inputs, location, ...facts, properties: { provisioningState: 'Succeeded' } };
    return { id, name, region: location, outputs };
  },
  remove(context, group) {
    for (const type of CONTAINED) {
      for (const resource of context.list(type)) {
        if (!resource.id.startsWith(`${group.id}/`)) continue;
        context.cascade(resource);
      }
    }
  },
};

/** What goes with a resource group, users before what they use. */
const CONTAINED = [POOL, CLUSTER, SUBNET, VNET, NAT, ADDRESS, NSG, ROLE, IDENTITY, VAULT_KEY, VAULT];

function checkPrefixes(prefixes: string[], property: string): { property: string; reason: string }[] {
  const wrong = prefixes.find((prefix) => typeof prefix === 'string' && prefix.includes('/') && !parseBlock(prefix));
  if (wrong === undefined) return [];
  return [
    {
      property,
      reason: `Code="InvalidAddressPrefixFormat" Message="Address prefix ${wrong} is not formatted correctly."`,
    },
  ];
}

const virtualNetwork = groupedType({
  token: VNET,
  path: 'Microsoft.Network/virtualNetworks/{virtualNetworkName}',
  seconds: { create: 5, delete: 10 },
  validate: (inputs) => checkPrefixes(list<string>(object(inputs, 'addressSpace'), 'addressPrefixes'), 'addressSpace'),
  make(_context, inputs) {
    const prefixes = list<string>(object(inputs, 'addressSpace'), 'addressPrefixes');
    if (prefixes.length === 0) {
      throw azureError(400, 'InvalidRequestFormat', 'The address space of a virtual network needs an address prefix.');
    }
    return { ...stamp(), subnets: [], enableDdosProtection: false, virtualNetworkPeerings: [] };
  },
  update: (_context, network) => ({ subnets: network.outputs['subnets'] }),
  remove(context, network) {
    const subnets = context.list(SUBNET).filter((subnet) => subnet.id.startsWith(`${network.id}/`));
    const used = subnets.find((subnet) => findUser(context, subnet.id));
    if (used) throw inUse(used, findUser(context, used.id)?.id ?? '');
    for (const subnet of subnets) context.cascade(subnet);
  },
});

function stamp(): Values {
  const uuid = `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  return { etag: `W/"${hex(8)}-${hex(4)}"`, provisioningState: 'Succeeded', resourceGuid: uuid };
}

/** What has its network interfaces in a subnet. */
function findUser(context: CloudContext, subnetId: string): Resource | undefined {
  const inPools = (cluster: Resource) =>
    list(cluster.inputs, 'agentPoolProfiles').some((pool) => text(pool, 'vnetSubnetID') === subnetId);
  return (
    context.list(POOL).find((pool) => text(pool.inputs, 'vnetSubnetID') === subnetId) ??
    context.list(CLUSTER).find(inPools)
  );
}

function inUse(subnet: Resource, user: string) {
  const message = `Subnet ${subnet.name} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet.`;
  return azureError(400, 'InUseSubnetCannotBeDeleted', message, true);
}

const subnet = groupedType({
  token: SUBNET,
  path: 'Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}',
  child: true,
  seconds: { create: 4, delete: 5 },
  validate: (inputs) => checkPrefixes([text(inputs, 'addressPrefix')], 'addressPrefix'),
  make(context, inputs, { id, name }) {
    const network = getById(context, VNET, id.replace(/\/subnets\/.*$/, ''));
    const prefix = text(inputs, 'addressPrefix');
    const range = getBlock(prefix);
    const spaces = list<string>(object(network.inputs, 'addressSpace'), 'addressPrefixes');
    if (!spaces.some((space) => isInside(range, getBlock(space)))) {
      const message = `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual network '${network.name}'.`;
      throw azureError(400, 'NetcfgInvalidSubnet', message);
    }
    const siblings = context.list(SUBNET).filter((each) => each.id.startsWith(`${network.id}/`));
    const clash = siblings.find((each) => overlaps(getBlock(text(each.inputs, 'addressPrefix')), range));
    if (clash) {
      const message = `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network.name}'.`;
      throw azureError(400, 'NetcfgSubnetRangesOverlap', message);
    }
    checkReferences(context, inputs);
    context.patch(network, { subnets: [...siblings.map((each) => ({ id: each.id })), { id }].map(toSubnet) });
    const { resourceGuid: _guid, ...facts } = stamp();
    return { ...facts, privateEndpointNetworkPolicies: 'Disabled', privateLinkServiceNetworkPolicies: 'Enabled' };
  },
  update(context, _subnet, inputs) {
    checkReferences(context, inputs);
    return {};
  },
  remove(context, resource) {
    const user = findUser(context, resource.id);
    if (user) throw inUse(resource, user.id);
  },
});

function toSubnet({ id }: { id: string }): Values {
  return { id, name: id.split('/').at(-1) ?? '' };
}

function checkReferences(context: CloudContext, inputs: Values): void {
  const [nat, rules] = [text(object(inputs, 'natGateway'), 'id'), text(object(inputs, 'networkSecurityGroup'), 'id')];
  if (nat) getById(context, NAT, nat);
  if (rules) getById(context, NSG, rules);
}

/** Refuses to remove what a subnet refers to. */
function refuseWhileReferred(context: CloudContext, resource: Resource, property: string, code: string): void {
  const user = context.list(SUBNET).find((each) => text(object(each.inputs, property), 'id') === resource.id);
  if (!user) return;
  const message = `${resource.name} cannot be deleted because it is in use by the following subnet: ${user.id}.`;
  throw azureError(400, code, message, true);
}

const securityGroup = groupedType({
  token: NSG,
  path: 'Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}',
  seconds: { create: 3, delete: 3 },
  make: () => ({ ...stamp(), defaultSecurityRules: [], securityRules: [], subnets: [] }),
  remove: (context, resource) =>
    refuseWhileReferred(context, resource, 'networkSecurityGroup', 'InUseNetworkSecurityGroupCannotBeDeleted'),
});

const publicAddress = groupedType({
  token: ADDRESS,
  path: 'Microsoft.Network/publicIPAddresses/{publicIpAddressName}',
  replaceOn: ['sku', 'publicIPAllocationMethod', 'publicIPAddressVersion', 'zones'],
  seconds: { create: 3, delete: 3 },
  quotas: (context, inputs) => [
    {
      quota: `network/public-ip-addresses/${text(inputs, 'location') || context.region}`,
      limit: 1000,
      used: context.list(ADDRESS).length,
      amount: 1,
      refuse: (limit) => {
        const message = `Cannot create more than ${limit} public IP addresses for this subscription in this region.`;
        return azureError(400, 'PublicIPCountLimitReached', message);
      },
    },
  ],
  make(_context, inputs) {
    if (text(object(inputs, 'sku'), 'name') === 'Standard' && text(inputs, 'publicIPAllocationMethod') !== 'Static') {
      const message = 'Standard sku publicIp must have AllocationMethod set to Static.';
      throw azureError(400, 'StandardSkuPublicIPAddressesMustBeStatic', message);
    }
    return {
      ...stamp(),
      ipAddress: `203.0.113.${1 + Math.floor(Math.random() * 253)}`,
      idleTimeoutInMinutes: 4,
      ipTags: [],
    };
  },
  update: (_context, address) => ({ ipAddress: address.outputs['ipAddress'] }),
  remove(context, resource) {
    const user = context
      .list(NAT)
      .find((nat) => list(nat.inputs, 'publicIpAddresses').some((address) => text(address, 'id') === resource.id));
    if (!user) return;
    const message = `Public IP address ${resource.id} can not be deleted since it is still allocated to resource ${user.id}.`;
    throw azureError(400, 'PublicIPAddressCannotBeDeleted', message, true);
  },
});

const natGateway = groupedType({
  token: NAT,
  path: 'Microsoft.Network/natGateways/{natGatewayName}',
  replaceOn: ['sku', 'zones'],
  seconds: { create: 5, delete: 5 },
  make(context, inputs) {
    for (const address of list(inputs, 'publicIpAddresses')) getById(context, ADDRESS, text(address, 'id'));
    return { ...stamp(), idleTimeoutInMinutes: inputs['idleTimeoutInMinutes'] ?? 4, subnets: [] };
  },
  remove: (context, resource) =>
    refuseWhileReferred(context, resource, 'natGateway', 'NatGatewayCannotBeDeletedWhileInUse'),
});

/** The types of this file. */
export const networkTypes = [resourceGroup, virtualNetwork, subnet, securityGroup, publicAddress, natGateway];
