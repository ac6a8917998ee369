// EKS node groups and their launch templates.
import { CloudError } from '../cloud-error.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { readTaint, spreadNodes, type FindResource, type NodePoolNeed } from '../control-plane.ts';
import { countMinors, isMachine } from '../facts.ts';
import { hex, known, list, object, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { checkRole, getCluster } from './eks.ts';
import { getSubnet } from './vpc.ts';
import { CLUSTER, GROUP, SUBNET, TEMPLATE } from './tokens.ts';

const eks = (operation: string, doing: string): AwsCall => ({ service: 'EKS', operation, doing });

const launchTemplate: ResourceType = {
  token: TEMPLATE,
  replaceOn: ['name', 'namePrefix', 'region'],
  autoName: 'name',
  seconds: { create: 1, delete: 1 },
  validate(inputs) {
    const name = known(inputs, 'name');
    if (name === undefined || /^[A-Za-z0-9().\-/_]{3,128}$/.test(name)) return [];
    return [{ property: 'name', reason: 'name must be 3 to 128 characters of a-z, A-Z, 0-9, ().-/_' }];
  },
  create(context, inputs) {
    const name = text(inputs, 'name');
    const call = { service: 'EC2', operation: 'CreateLaunchTemplate', doing: 'creating EC2 Launch Template' };
    if (context.list(TEMPLATE).some((each) => each.name === name && each.region === context.region)) {
      const message = 'Launch template name already in use.';
      throw awsError(call, 400, 'InvalidLaunchTemplateName.AlreadyExistsException', message);
    }
    const machine = text(inputs, 'instanceType');
    if (machine && !isMachine('eks', machine)) {
      throw awsError(call, 400, 'InvalidParameterValue', `Invalid value '${machine}' for InstanceType.`);
    }
    const id = `lt-0${hex(16)}`;
    const outputs = {
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'ec2', `launch-template/${id}`),
      defaultVersion: 1,
      latestVersion: 1,
    };
    return { id, name, outputs };
  },
  update(context, resource, inputs) {
    // Every change of the content is a version of its own.
    const latestVersion = Number(resource.outputs['latestVersion']) + 1;
    const moves = inputs['updateDefaultVersion'] === true;
    const defaultVersion = moves ? latestVersion : resource.outputs['defaultVersion'];
    return { ...tagOutputs(context, inputs), latestVersion, defaultVersion };
  },
};

function checkScaling(inputs: Values): { property: string; reason: string }[] {
  const { minSize, maxSize, desiredSize } = object(inputs, 'scalingConfig');
  if (typeof minSize !== 'number' || typeof maxSize !== 'number') return [];
  const property = 'scalingConfig';
  if (minSize > maxSize)
    return [{ property, reason: `Minimum capacity ${minSize} can't be greater than maximum size ${maxSize}` }];
  if (maxSize < 1) return [{ property, reason: 'expected scaling_config.0.max_size to be at least (1)' }];
  if (typeof desiredSize !== 'number' || (desiredSize >= minSize && desiredSize <= maxSize)) return [];
  return [{ property, reason: `Desired capacity ${desiredSize} must be between ${minSize} and ${maxSize}` }];
}

function groupQuotas(context: CloudContext, inputs: Values) {
  const name = text(inputs, 'clusterName');
  const call = eks('CreateNodegroup', `creating EKS Node Group (${name}:${text(inputs, 'nodeGroupName')})`);
  const groups = context.list(GROUP);
  return [
    {
      quota: 'eks/node-groups-per-cluster',
      limit: 30,
      used: groups.filter((group) => text(group.inputs, 'clusterName') === name).length,
      amount: 1,
      refuse: () =>
        awsError(call, 400, 'ResourceLimitExceededException', `Nodegroup limit exceeded for cluster ${name}`),
    },
    {
      quota: 'eks/nodes-per-group',
      limit: 450,
      used: 0,
      amount: Number(object(inputs, 'scalingConfig')['maxSize'] ?? 0),
      refuse: (limit: number) =>
        awsError(call, 400, 'InvalidParameterException', `Maximum size of a node group is ${limit}`),
    },
  ];
}

const nodeGroup: ResourceType = {
  token: GROUP,
  replaceOn: [
    'clusterName',
    'nodeGroupName',
    'nodeGroupNamePrefix',
    'nodeRoleArn',
    'subnetIds',
    'amiType',
    'capacityType',
    'diskSize',
    'instanceTypes',
    'remoteAccess',
    'launchTemplate.id',
    'launchTemplate.name',
    'region',
  ],
  autoName: 'nodeGroupName',
  deleteBeforeReplace: true,
  seconds: { create: 150, update: 240, delete: 240 },
  whileCreating: { status: 'CREATING', resources: [] },
  nodePool: { cluster: (group) => ({ type: CLUSTER, id: text(group.inputs, 'clusterName') }), need: needNodes },
  validate: checkScaling,
  quotas: groupQuotas,
  capacity(inputs) {
    const state = `unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'`;
    const cause =
      'InsufficientInstanceCapacity - We currently do not have sufficient capacity in the Availability Zone you requested.';
    const message = `waiting for EKS Node Group (${text(inputs, 'name')}) create: ${state}. last error: AsgInstanceLaunchFailures: Could not launch On-Demand Instances. ${cause}`;
    return new CloudError('InsufficientInstanceCapacity', message, true);
  },
  create(context, inputs) {
    const clusterName = text(inputs, 'clusterName');
    const nodeGroupName = text(inputs, 'nodeGroupName');
    const id = `${clusterName}:${nodeGroupName}`;
    const call = eks('CreateNodegroup', `creating EKS Node Group (${id})`);
    const parent = getCluster(context, clusterName, call);
    if (context.find(GROUP, id)) {
      const message = `NodeGroup already exists with name ${nodeGroupName} and cluster name ${clusterName}`;
      throw awsError(call, 409, 'ResourceInUseException', message);
    }
    checkRole(context, text(inputs, 'nodeRoleArn'), call);
    checkGroupNetwork(context, parent, inputs, call);
    const template = checkTemplate(context, inputs, call);
    const version = checkNodeVersion(parent, text(inputs, 'version'), call);
    const outputs = {
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      diskSize: 0,
      instanceTypes: template ? [] : ['t3.medium'],
      labels: {},
      taints: [],
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'eks', `nodegroup/${clusterName}/${nodeGroupName}/${hex(32)}`),
      nodeGroupNamePrefix: '',
      releaseVersion: `${version}.0-20261101`,
      resources: [
        { autoscalingGroups: [{ name: `eks-${nodeGroupName}-${hex(32)}` }], remoteAccessSecurityGroupId: '' },
      ],
      status: 'ACTIVE',
      version,
      ...(template ? { launchTemplate: templateOutputs(inputs, template) } : {}),
    };
    return { id, name: nodeGroupName, outputs };
  },
  update(context, resource, inputs) {
    const call = eks('UpdateNodegroupConfig', `updating EKS Node Group (${resource.id})`);
    const parent = getCluster(context, text(inputs, 'clusterName'), call);
    const version = checkNodeVersion(parent, text(inputs, 'version') || text(resource.outputs, 'version'), call);
    const template = checkTemplate(context, inputs, call);
    const launchTemplate = template ? { launchTemplate: templateOutputs(inputs, template) } : {};
    return { ...tagOutputs(context, inputs), ...launchTemplate, version, releaseVersion: `${version}.0-20261101` };
  },
};

function needNodes(group: Resource, find: FindResource): NodePoolNeed {
  const { inputs } = group;
  const template = find(TEMPLATE, text(object(inputs, 'launchTemplate'), 'id'));
  const zones = list<string>(inputs, 'subnetIds').map((id) => text(find(SUBNET, id)?.outputs, 'availabilityZone'));
  const count = Number(object(inputs, 'scalingConfig')['desiredSize'] ?? 0);
  const nodes = spreadNodes(count, [...new Set(zones)].filter(Boolean), {
    machineType: text(template?.inputs, 'instanceType') || (list<string>(group.outputs, 'instanceTypes')[0] ?? ''),
    labels: object(inputs, 'labels') as Record<string, string>,
    taints: list(inputs, 'taints').map(readTaint),
  });
  // A group is upgraded by itself, after its cluster.
  return { name: group.name, nodes, version: `${text(group.outputs, 'version')}.0-eks-simulated` };
}

function templateOutputs(inputs: Values, template: Resource): Values {
  return { ...object(inputs, 'launchTemplate'), id: template.id, name: template.name };
}

function checkGroupNetwork(context: CloudContext, cluster: Resource, inputs: Values, call: AwsCall): void {
  const vpcId = text(object(cluster.outputs, 'vpcConfig'), 'vpcId');
  for (const id of list<string>(inputs, 'subnetIds')) {
    const subnet = getSubnet(context, id, call);
    if (text(subnet.inputs, 'vpcId') === vpcId) continue;
    const message = `Subnet ${id} does not belong to the VPC ${vpcId} of the cluster`;
    throw awsError(call, 400, 'InvalidParameterException', message);
  }
}

function checkTemplate(context: CloudContext, inputs: Values, call: AwsCall): Resource | undefined {
  const { id } = object(inputs, 'launchTemplate') as { id?: string };
  if (!id) return undefined;
  const template = context.find(TEMPLATE, id);
  if (!template) {
    throw awsError(
      call,
      400,
      'InvalidRequestException',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }
  const version = text(object(inputs, 'launchTemplate'), 'version');
  if (/^\d+$/.test(version) && Number(version) > Number(template.outputs['latestVersion'])) {
    throw awsError(
      call,
      400,
      'InvalidRequestException',
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    );
  }
  return template;
}

function checkNodeVersion(cluster: Resource, asked: string, call: AwsCall): string {
  const plane = text(cluster.outputs, 'version');
  const version = asked || plane;
  // Nodes may lag three minors behind and never lead.
  const behind = countMinors(version, plane);
  if (behind >= 0 && behind <= 3) return version;
  const message = `Requested Nodegroup version ${version} is not compatible with cluster version ${plane}`;
  throw awsError(call, 400, 'InvalidParameterException', message);
}

/** The types of this file. */
export const nodeTypes = [launchTemplate, nodeGroup];
