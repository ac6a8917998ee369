// The simulated AWS: its types, its functions, and what it says where types do not differ.
import { randomUUID } from 'node:crypto';
import { describeAwsOwner } from '../../../domain/simulated-account.ts';
import { CloudError } from '../cloud-error.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { Cloud, CloudContext } from '../resource-type.ts';
import { describeBridgedFault } from '../bridged-faults.ts';
import { list, object, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { eksAccessTypes } from './eks-access.ts';
import { eksAddonTypes } from './eks-addons.ts';
import { findEksPrincipal } from './eks-principals.ts';
import { eksTypes } from './eks.ts';
import { identityTypes } from './identity.ts';
import { nodeTypes } from './nodes.ts';
import { routingTypes } from './routing.ts';
import { vpcTypes } from './vpc.ts';

/** The tagging API's name of each type that it can find. */
const TAGGED: Record<string, string> = {
  'aws:ec2/vpc:Vpc': 'ec2:vpc',
  'aws:ec2/subnet:Subnet': 'ec2:subnet',
  'aws:ec2/internetGateway:InternetGateway': 'ec2:internet-gateway',
  'aws:ec2/eip:Eip': 'ec2:elastic-ip',
  'aws:ec2/natGateway:NatGateway': 'ec2:natgateway',
  'aws:ec2/routeTable:RouteTable': 'ec2:route-table',
  'aws:ec2/launchTemplate:LaunchTemplate': 'ec2:launch-template',
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': 'iam:oidc-provider',
  'aws:kms/key:Key': 'kms:key',
  'aws:cloudwatch/logGroup:LogGroup': 'logs:log-group',
  'aws:eks/cluster:Cluster': 'eks:cluster',
  'aws:eks/nodeGroup:NodeGroup': 'eks:nodegroup',
  'aws:eks/addon:Addon': 'eks:addon',
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': 'eks:podidentityassociation',
};

function arnOfResource(context: CloudContext, resource: Resource): string {
  if (resource.type === 'aws:ec2/natGateway:NatGateway') return arnOf(context, 'ec2', `natgateway/${resource.id}`);
  return text(resource.outputs, 'arn') || text(resource.outputs, 'associationArn');
}

function getResources(context: CloudContext, args: Values): Values {
  const types = list<string>(args, 'resourceTypeFilters');
  const filters = list<{ key: string; values?: string[] }>(args, 'tagFilters');
  const mappings = Object.entries(TAGGED)
    .filter(([, name]) => types.length === 0 || types.some((type) => type === name || type === name.split(':')[0]))
    .flatMap(([token]) => context.list(token))
    .filter((resource) => resource.region === 'global' || resource.region === context.region)
    .filter((resource) => hasTags(resource, filters))
    .map((resource) => ({
      resourceArn: arnOfResource(context, resource),
      tags: object(resource.outputs, 'tagsAll'),
      complianceDetails: [],
    }));
  return { id: context.region, region: context.region, resourceTagMappingLists: mappings };
}

function hasTags(resource: Resource, filters: { key: string; values?: string[] }[]): boolean {
  const tags = object(resource.outputs, 'tagsAll');
  return filters.every(
    ({ key, values }) => Object.hasOwn(tags, key) && (!values?.length || values.includes(String(tags[key]))),
  );
}

function getVpc(context: CloudContext, args: Values): Values {
  const id = text(args, 'id');
  const vpc = context.find('aws:ec2/vpc:Vpc', id);
  if (!vpc) throw new CloudError('InvalidVpcID.NotFound', 'no matching EC2 VPC found');
  const blocks = context
    .list('aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation')
    .filter((block) => text(block.inputs, 'vpcId') === id)
    .map((block) => ({ associationId: block.id, cidrBlock: text(block.inputs, 'cidrBlock'), state: 'associated' }));
  const own = {
    associationId: `vpc-cidr-assoc-${id.slice(4)}`,
    cidrBlock: text(vpc.inputs, 'cidrBlock'),
    state: 'associated',
  };
  const { arn, cidrBlock, instanceTenancy, mainRouteTableId, ownerId, tagsAll } = vpc.outputs;
  const facts = { arn, cidrBlock, instanceTenancy, mainRouteTableId, ownerId, id, region: vpc.region };
  return { ...facts, default: false, state: 'available', tags: tagsAll, cidrBlockAssociations: [own, ...blocks] };
}

/** The simulated AWS. */
export const aws: Cloud = {
  name: 'aws',
  types: [
    ...vpcTypes,
    ...routingTypes,
    ...identityTypes,
    ...eksTypes,
    ...eksAccessTypes,
    ...eksAddonTypes,
    ...nodeTypes,
  ],
  invokes: {
    'aws:index/getCallerIdentity:getCallerIdentity': (context) => ({
      id: context.identity.accountId,
      accountId: context.identity.accountId,
      arn: describeAwsOwner(context.identity.accountId, context.region),
      userId: `AIDA${context.identity.accountId}`,
    }),
    'aws:index/getRegion:getRegion': (context) => ({
      id: context.region,
      name: context.region,
      region: context.region,
    }),
    'aws:resourcegroupstaggingapi/getResources:getResources': getResources,
    'aws:ec2/getVpc:getVpc': getVpc,
  },
  findPrincipal: findEksPrincipal,
  describeFault: describeBridgedFault,
  throttle(type, action) {
    const service = type.token.split(/[:/]/)[1]?.toUpperCase() ?? 'EC2';
    const name = type.token.split(':').at(-1) ?? '';
    const verb = { create: 'Create', update: 'Update', delete: 'Delete' }[action] ?? 'Describe';
    const [code, status] = service === 'EC2' ? ['RequestLimitExceeded', 503] : ['ThrottlingException', 400];
    const cause = service === 'EC2' ? `api error ${code}: Request limit exceeded.` : `${code}: Rate exceeded`;
    const message = `operation error ${service}: ${verb}${name}, exceeded maximum number of attempts, 25, https response error StatusCode: ${status}, RequestID: ${randomUUID()}, ${cause}`;
    return new CloudError(code ?? '', message, true);
  },
  lost(type, name) {
    const kind = type.token.split(':').at(-1) ?? '';
    const message = `waiting for ${kind} (${name}) create: timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', timeout: 30m0s)`;
    return new CloudError('RequestTimeout', message, true);
  },
  busy(resource) {
    const message = `operation error EKS: https response error StatusCode: 409, RequestID: ${randomUUID()}, ResourceInUseException: ${resource.name} currently has an update in progress (${resource.state})`;
    return new CloudError('ResourceInUseException', message, true);
  },
  gone: ({ type, id }) =>
    new CloudError(
      'ResourceNotFoundException',
      `reading ${type} (${id}): couldn't find resource: ResourceNotFoundException`,
    ),
};
