// The network of an AKS cluster: a resource group, and a virtual network whose nodes leave through a NAT gateway.

import { NatGateway } from '@pulumi/azure-native/network/natGateway.js';
import { NetworkSecurityGroup } from '@pulumi/azure-native/network/networkSecurityGroup.js';
import { PublicIPAddress } from '@pulumi/azure-native/network/publicIPAddress.js';
import { Subnet } from '@pulumi/azure-native/network/subnet.js';
import { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import type { CustomResourceOptions } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { NetworkPlan } from './plan.ts';

/** What creation of the network needs beside its plan. */
export type NetworkScope = {
  cluster: string;
  location: string;
  tags: Record<string, string>;
  options: CustomResourceOptions;
};

/** Creates the network and all that encloses it. */
export function createNetwork(plan: NetworkPlan, scope: NetworkScope) {
  const { cluster, location, tags, options } = scope;
  const group = new ResourceGroup(
    'group',
    { resourceGroupName: getName('resource-group', cluster), location, tags },
    options,
  );
  const place = { resourceGroupName: group.name, location, tags };
  const address = new PublicIPAddress(
    'egress',
    {
      ...place,
      publicIpAddressName: getName('public-ip', cluster, 'egress'),
      sku: { name: 'Standard' },
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      ...(plan.zones.length === 0 ? {} : { zones: plan.zones }),
    },
    options,
  );
  const nat = new NatGateway(
    'egress',
    {
      ...place,
      natGatewayName: getName('nat-gateway', cluster, 'egress'),
      sku: { name: 'Standard' },
      publicIpAddresses: [{ id: address.id }],
    },
    options,
  );
  // Its default rules already refuse everything that comes from the internet.
  const rules = new NetworkSecurityGroup(
    'nodes',
    { ...place, networkSecurityGroupName: getName('security-group', cluster, 'nodes') },
    options,
  );
  const network = new VirtualNetwork(
    'network',
    {
      ...place,
      virtualNetworkName: getName('virtual-network', cluster),
      addressSpace: { addressPrefixes: [plan.vnetCidr] },
    },
    options,
  );
  const subnet = new Subnet(
    'nodes',
    {
      resourceGroupName: group.name,
      virtualNetworkName: network.name,
      subnetName: getName('azure-subnet', cluster, 'nodes'),
      addressPrefix: plan.nodeCidr,
      natGateway: { id: nat.id },
      networkSecurityGroup: { id: rules.id },
      defaultOutboundAccess: false,
    },
    options,
  );
  return { group, network, subnet, address };
}
