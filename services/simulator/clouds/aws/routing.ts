// Ways out of a VPC: gateways, addresses, route tables.
import { parseBlock } from '../../../domain/cidr.ts';
import type { Resource } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { getSubnet, getVpc } from './vpc.ts';
import { EIP, GATEWAY, LINK, NAT, ROUTE, SUBNET, TABLE } from './tokens.ts';

const ec2 = (operation: string, doing: string): AwsCall => ({ service: 'EC2', operation, doing });

function get(context: CloudContext, type: string, id: string, call: AwsCall, code: string, what: string): Resource {
  const found = context.find(type, id);
  if (found) return found;
  throw awsError(call, 400, code, `The ${what} ID '${id}' does not exist`);
}

const internetGateway: ResourceType = {
  token: GATEWAY,
  replaceOn: ['region'],
  seconds: { create: 2, delete: 3 },
  create(context, inputs) {
    const id = `igw-0${hex(16)}`;
    const vpcId = text(inputs, 'vpcId');
    if (vpcId) {
      const call = ec2('AttachInternetGateway', `attaching EC2 Internet Gateway (${id})`);
      getVpc(context, vpcId, call);
      if (context.list(GATEWAY).some((each) => text(each.inputs, 'vpcId') === vpcId)) {
        const message = `Network ${vpcId} already has an internet gateway attached`;
        throw awsError(call, 400, 'Resource.AlreadyAssociated', message);
      }
    }
    const outputs = {
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'ec2', `internet-gateway/${id}`),
      ownerId: context.identity.accountId,
    };
    return { id, name: id, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    const mapped = context.list(EIP).some((eip) => text(eip.outputs, 'associationId') !== '');
    const nats = context.list(NAT).some((nat) => {
      const subnet = context.find(SUBNET, text(nat.inputs, 'subnetId'));
      return subnet !== undefined && text(subnet.inputs, 'vpcId') === text(resource.inputs, 'vpcId');
    });
    if (!mapped || !nats) return;
    const call = ec2('DetachInternetGateway', `detaching EC2 Internet Gateway (${resource.id})`);
    const message = `Network ${text(resource.inputs, 'vpcId')} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`;
    throw awsError(call, 400, 'DependencyViolation', message, true);
  },
};

const eip: ResourceType = {
  token: EIP,
  replaceOn: ['domain', 'publicIpv4Pool', 'networkBorderGroup', 'address', 'region'],
  seconds: { create: 1, delete: 1 },
  quotas: (context) => [
    {
      quota: `ec2/elastic-ips/${context.region}`,
      // AWS starts with 5, which is less than two clusters over three zones; accounts in use have had it raised.
      limit: 20,
      used: context.list(EIP).filter((each) => each.region === context.region).length,
      amount: 1,
      refuse: () =>
        awsError(
          ec2('AllocateAddress', 'creating EC2 EIP'),
          400,
          'AddressLimitExceeded',
          'The maximum number of addresses has been reached.',
        ),
    },
  ],
  create(context, inputs) {
    const id = `eipalloc-0${hex(16)}`;
    // 203.0.113.0/24 and 198.51.100.0/24 are reserved for documentation: nobody mistakes them for real ones.
    const publicIp = `${Math.random() < 0.5 ? '203.0.113' : '198.51.100'}.${1 + Math.floor(Math.random() * 253)}`;
    const outputs = {
      domain: 'vpc',
      ...inputs,
      ...tagOutputs(context, inputs),
      allocationId: id,
      arn: arnOf(context, 'ec2', `elastic-ip/${id}`),
      associationId: '',
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll('.', '-')}.${context.region}.compute.amazonaws.com`,
      publicIpv4Pool: 'amazon',
      networkBorderGroup: context.region,
    };
    return { id, name: publicIp, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    if (!context.list(NAT).some((nat) => text(nat.inputs, 'allocationId') === resource.id)) return;
    const call = ec2('ReleaseAddress', `deleting EC2 EIP (${resource.id})`);
    throw awsError(
      call,
      400,
      'InvalidIPAddress.InUse',
      `Address ${text(resource.outputs, 'publicIp')} is in use.`,
      true,
    );
  },
};

const natGateway: ResourceType = {
  token: NAT,
  replaceOn: ['allocationId', 'subnetId', 'connectivityType', 'privateIp', 'region'],
  seconds: { create: 100, delete: 60 },
  create(context, inputs) {
    const call = ec2('CreateNatGateway', 'creating EC2 NAT Gateway');
    const subnet = getSubnet(context, text(inputs, 'subnetId'), call);
    const allocation = text(inputs, 'allocationId');
    const code = 'InvalidAllocationID.NotFound';
    const address = get(context, EIP, allocation, call, code, 'allocation');
    if (context.list(NAT).some((each) => text(each.inputs, 'allocationId') === allocation)) {
      const message = `Elastic IP address [${allocation}] is already associated`;
      throw awsError(call, 400, 'Resource.AlreadyAssociated', message);
    }
    const hasGateway = context
      .list(GATEWAY)
      .some((each) => text(each.inputs, 'vpcId') === text(subnet.inputs, 'vpcId'));
    if (!hasGateway) {
      const message = `Network ${text(subnet.inputs, 'vpcId')} has no Internet gateway attached`;
      throw awsError(call, 400, 'Gateway.NotAttached', message);
    }
    const id = `nat-0${hex(16)}`;
    const associationId = `eipassoc-0${hex(16)}`;
    context.patch(address, { associationId });
    const outputs = {
      connectivityType: 'public',
      availabilityMode: 'zonal',
      ...inputs,
      ...tagOutputs(context, inputs),
      associationId,
      networkInterfaceId: `eni-0${hex(16)}`,
      privateIp: text(subnet.inputs, 'cidrBlock').replace(/\d+\/\d+$/, '4'),
      publicIp: text(address.outputs, 'publicIp'),
      secondaryAllocationIds: [],
      secondaryPrivateIpAddresses: [],
      secondaryPrivateIpAddressCount: 0,
    };
    return { id, name: id, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    const address = context.find(EIP, text(resource.inputs, 'allocationId'));
    if (address) context.patch(address, { associationId: '' });
  },
};

const routeTable: ResourceType = {
  token: TABLE,
  replaceOn: ['vpcId', 'region'],
  seconds: { create: 1, delete: 1 },
  create(context, inputs) {
    getVpc(context, text(inputs, 'vpcId'), ec2('CreateRouteTable', 'creating EC2 Route Table'));
    const id = `rtb-0${hex(16)}`;
    const outputs = {
      routes: [],
      propagatingVgws: [],
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'ec2', `route-table/${id}`),
      ownerId: context.identity.accountId,
    };
    return { id, name: id, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    for (const route of context.list(ROUTE)) {
      if (text(route.inputs, 'routeTableId') === resource.id) context.cascade(route);
    }
    if (!context.list(LINK).some((link) => text(link.inputs, 'routeTableId') === resource.id)) return;
    const call = ec2('DeleteRouteTable', `deleting EC2 Route Table (${resource.id})`);
    const message = `The routeTable '${resource.id}' has dependencies and cannot be deleted.`;
    throw awsError(call, 400, 'DependencyViolation', message, true);
  },
};

const route: ResourceType = {
  token: ROUTE,
  replaceOn: ['routeTableId', 'destinationCidrBlock', 'destinationIpv6CidrBlock', 'destinationPrefixListId', 'region'],
  deleteBeforeReplace: true,
  seconds: { create: 1, delete: 1 },
  validate(inputs) {
    const cidr = known(inputs, 'destinationCidrBlock');
    if (cidr === undefined || parseBlock(cidr)) return [];
    return [{ property: 'destinationCidrBlock', reason: `"${cidr}" is not a valid CIDR block` }];
  },
  importId: ({ inputs }) => `${text(inputs, 'routeTableId')}_${text(inputs, 'destinationCidrBlock')}`,
  create(context, inputs) {
    const tableId = text(inputs, 'routeTableId');
    const destination = text(inputs, 'destinationCidrBlock');
    const call = ec2('CreateRoute', `creating Route in Route Table (${tableId}) with destination (${destination})`);
    get(context, TABLE, tableId, call, 'InvalidRouteTableID.NotFound', 'routeTable');
    const [gatewayId, natGatewayId] = [text(inputs, 'gatewayId'), text(inputs, 'natGatewayId')];
    if (gatewayId) get(context, GATEWAY, gatewayId, call, 'InvalidInternetGatewayID.NotFound', 'internetGateway');
    if (natGatewayId) get(context, NAT, natGatewayId, call, 'NatGatewayNotFound', 'natGateway');
    const taken = context
      .list(ROUTE)
      .some(
        (each) =>
          text(each.inputs, 'routeTableId') === tableId && text(each.inputs, 'destinationCidrBlock') === destination,
      );
    if (taken)
      throw awsError(call, 400, 'RouteAlreadyExists', `The route identified by ${destination} already exists.`);
    const id = `r-${tableId}${Buffer.from(destination).readUInt32BE(0)}`;
    const outputs = { ...inputs, origin: 'CreateRoute', state: 'active', instanceId: '', instanceOwnerId: '' };
    return { id, name: destination, outputs: { ...outputs, region: context.region } };
  },
};

const routeTableAssociation: ResourceType = {
  token: LINK,
  replaceOn: ['subnetId', 'gatewayId', 'region'],
  seconds: { create: 1, delete: 1 },
  importId: ({ inputs }) => `${text(inputs, 'subnetId')}/${text(inputs, 'routeTableId')}`,
  create(context, inputs) {
    const call = ec2('AssociateRouteTable', 'creating Route Table Association');
    const subnetId = text(inputs, 'subnetId');
    get(context, TABLE, text(inputs, 'routeTableId'), call, 'InvalidRouteTableID.NotFound', 'routeTable');
    getSubnet(context, subnetId, call);
    if (context.list(LINK).some((each) => text(each.inputs, 'subnetId') === subnetId)) {
      const message = `the specified association for subnet ${subnetId} conflicts with an existing association`;
      throw awsError(call, 400, 'Resource.AlreadyAssociated', message);
    }
    const id = `rtbassoc-0${hex(16)}`;
    return { id, name: subnetId, outputs: { ...inputs, region: context.region } };
  },
};

/** The types of this file. */
export const routingTypes = [internetGateway, eip, natGateway, routeTable, route, routeTableAssociation];
