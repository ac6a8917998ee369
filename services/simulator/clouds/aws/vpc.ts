// VPCs, their extra blocks and their subnets.
import { getBlock, isInside, overlaps, parseBlock, prefixOf } from '../../../domain/cidr.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { listZones } from '../facts.ts';
import { hex, known, list, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { BLOCK, CLUSTER, GATEWAY, GROUP, NAT, SUBNET, TABLE, VPC } from './tokens.ts';

const ec2 = (operation: string, doing: string): AwsCall => ({ service: 'EC2', operation, doing });

/** Finds a VPC or refuses as EC2 does. */
export function getVpc(context: CloudContext, id: string, call: AwsCall): Resource {
  const vpc = context.find(VPC, id);
  if (vpc) return vpc;
  throw awsError(call, 400, 'InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
}

/** Finds a subnet or refuses as EC2 does. */
export function getSubnet(context: CloudContext, id: string, call: AwsCall): Resource {
  const subnet = context.find(SUBNET, id);
  if (subnet) return subnet;
  throw awsError(call, 400, 'InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
}

function checkBlock(inputs: Values): { property: string; reason: string }[] {
  const cidr = known(inputs, 'cidrBlock');
  if (cidr === undefined) return [];
  const block = parseBlock(cidr);
  if (!block) return [{ property: 'cidrBlock', reason: `"${cidr}" is not a valid IPv4 CIDR block` }];
  const prefix = prefixOf(block);
  if (prefix >= 16 && prefix <= 28) return [];
  const reason = `expected "cidr_block" to contain a network Value with between 16 and 28 significant bits, got: ${prefix}`;
  return [{ property: 'cidrBlock', reason }];
}

function listVpcBlocks(context: CloudContext, vpc: Resource): string[] {
  const more = context.list(BLOCK).filter((block) => text(block.inputs, 'vpcId') === vpc.id);
  return [text(vpc.inputs, 'cidrBlock'), ...more.map((block) => text(block.inputs, 'cidrBlock'))];
}

const vpc: ResourceType = {
  token: VPC,
  replaceOn: ['cidrBlock', 'instanceTenancy', 'region'],
  seconds: { create: 3, update: 2, delete: 2 },
  validate: checkBlock,
  quotas: (context) => [
    {
      quota: `ec2/vpcs/${context.region}`,
      limit: 5,
      used: context.list(VPC).filter((each) => each.region === context.region).length,
      amount: 1,
      refuse: () =>
        awsError(
          ec2('CreateVpc', 'creating EC2 VPC'),
          400,
          'VpcLimitExceeded',
          'The maximum number of VPCs has been reached.',
        ),
    },
  ],
  create(context, inputs) {
    const id = `vpc-0${hex(16)}`;
    const outputs = {
      instanceTenancy: 'default',
      enableDnsSupport: true,
      enableDnsHostnames: false,
      enableNetworkAddressUsageMetrics: false,
      assignGeneratedIpv6CidrBlock: false,
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'ec2', `vpc/${id}`),
      ownerId: context.identity.accountId,
      mainRouteTableId: `rtb-0${hex(16)}`,
      defaultRouteTableId: `rtb-0${hex(16)}`,
      defaultNetworkAclId: `acl-0${hex(16)}`,
      defaultSecurityGroupId: `sg-0${hex(16)}`,
      dhcpOptionsId: `dopt-0${hex(16)}`,
      ipv6AssociationId: '',
      ipv6CidrBlock: '',
    };
    return { id, name: text(inputs, 'cidrBlock'), outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    // The main route table and an extra block go with the VPC; everything else must be gone before.
    const dependent = VPC_DEPENDENTS.some((type) =>
      context.list(type).some((each) => text(each.inputs, 'vpcId') === resource.id),
    );
    if (!dependent) return;
    const call = ec2('DeleteVpc', `deleting EC2 VPC (${resource.id})`);
    const message = `The vpc '${resource.id}' has dependencies and cannot be deleted.`;
    throw awsError(call, 400, 'DependencyViolation', message, true);
  },
};

const VPC_DEPENDENTS = [SUBNET, GATEWAY, TABLE];

const block: ResourceType = {
  token: BLOCK,
  replaceOn: ['vpcId', 'cidrBlock', 'region'],
  seconds: { create: 5, delete: 5 },
  validate: checkBlock,
  importId: (resource) => resource.id,
  create(context, inputs) {
    const call = ec2(
      'AssociateVpcCidrBlock',
      `creating EC2 VPC (${text(inputs, 'vpcId')}) IPv4 CIDR Block Association`,
    );
    const parent = getVpc(context, text(inputs, 'vpcId'), call);
    const cidr = text(inputs, 'cidrBlock');
    const blocks = listVpcBlocks(context, parent);
    if (blocks.length >= 5) {
      const message = `This network '${parent.id}' has met its maximum number of allowed CIDRs: 5`;
      throw awsError(call, 400, 'CidrLimitExceeded', message);
    }
    const clash = blocks.find((each) => overlaps(getBlock(each), getBlock(cidr)));
    if (clash) {
      const message = `The CIDR '${cidr}' conflicts with the VPC's existing CIDR block '${clash}'.`;
      throw awsError(call, 400, 'InvalidVpc.Range', message);
    }
    const id = `vpc-cidr-assoc-0${hex(16)}`;
    return { id, name: cidr, outputs: { ...inputs, region: context.region } };
  },
  remove(context, resource) {
    const own = getBlock(text(resource.inputs, 'cidrBlock'));
    const used = context
      .list(SUBNET)
      .some((subnet) => sameVpc(subnet, resource) && isInside(getBlock(text(subnet.inputs, 'cidrBlock')), own));
    if (!used) return;
    const call = ec2('DisassociateVpcCidrBlock', `deleting EC2 VPC IPv4 CIDR Block Association (${resource.id})`);
    const message = `The vpc CIDR block association '${resource.id}' has dependencies and cannot be removed.`;
    throw awsError(call, 400, 'DependencyViolation', message, true);
  },
};

function sameVpc(one: Resource, other: Resource): boolean {
  return text(one.inputs, 'vpcId') === text(other.inputs, 'vpcId');
}

const subnet: ResourceType = {
  token: SUBNET,
  replaceOn: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId', 'region'],
  seconds: { create: 2, delete: 2 },
  validate: checkBlock,
  create(context, inputs) {
    const call = ec2('CreateSubnet', 'creating EC2 Subnet');
    const parent = getVpc(context, text(inputs, 'vpcId'), call);
    const cidr = text(inputs, 'cidrBlock');
    const range = getBlock(cidr);
    if (!listVpcBlocks(context, parent).some((each) => isInside(range, getBlock(each)))) {
      throw awsError(call, 400, 'InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);
    }
    const siblings = context.list(SUBNET).filter((each) => text(each.inputs, 'vpcId') === parent.id);
    if (siblings.some((each) => overlaps(getBlock(text(each.inputs, 'cidrBlock')), range))) {
      throw awsError(call, 400, 'InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`);
    }
    const zones = listZones('eks', context.region);
    const zone = text(inputs, 'availabilityZone') || (zones[0] ?? `${context.region}a`);
    if (zones.length > 0 && !zones.includes(zone)) {
      const message = `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`;
      throw awsError(call, 400, 'InvalidParameterValue', message);
    }
    const id = `subnet-0${hex(16)}`;
    return { id, name: cidr, outputs: subnetOutputs(context, inputs, id, zone) };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    const call = ec2('DeleteSubnet', `deleting EC2 Subnet (${resource.id})`);
    const user = findUser(context, resource.id);
    if (!user) return;
    const message = `The subnet '${resource.id}' has dependencies and cannot be deleted.`;
    throw awsError(call, 400, 'DependencyViolation', message, true);
  },
};

/** What keeps network interfaces in a subnet. */
function findUser(context: CloudContext, subnetId: string): Resource | undefined {
  const gateways = context.list(NAT);
  const groups = context.list(GROUP);
  const clusters = context.list(CLUSTER);
  return (
    gateways.find((gateway) => text(gateway.inputs, 'subnetId') === subnetId) ??
    groups.find((group) => list<string>(group.inputs, 'subnetIds').includes(subnetId)) ??
    clusters.find((cluster) => list<string>(cluster.inputs['vpcConfig'] as Values, 'subnetIds').includes(subnetId))
  );
}

function subnetOutputs(context: CloudContext, inputs: Values, id: string, zone: string): Values {
  return {
    assignIpv6AddressOnCreation: false,
    enableDns64: false,
    enableResourceNameDnsARecordOnLaunch: false,
    enableResourceNameDnsAaaaRecordOnLaunch: false,
    ipv6Native: false,
    mapPublicIpOnLaunch: false,
    privateDnsHostnameTypeOnLaunch: 'ip-name',
    ...inputs,
    ...tagOutputs(context, inputs),
    arn: arnOf(context, 'ec2', `subnet/${id}`),
    availabilityZone: zone,
    availabilityZoneId: `${context.region.replaceAll(/[^a-z0-9]/g, '').slice(0, 4)}-az${(zone.at(-1) ?? 'a').charCodeAt(0) - 96}`,
    ownerId: context.identity.accountId,
    ipv6CidrBlockAssociationId: '',
  };
}

/** The types of this file. */
export const vpcTypes = [vpc, block, subnet];
