// EKS control planes, add-ons, and what gives people and pods their rights.
import { getBlock, overlaps, parseBlock, prefixOf } from '../../../domain/cidr.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { countMinors, findExactVersion, getDefaultVersion, listVersions } from '../facts.ts';
import { hex, known, list, object, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { isRole } from './identity.ts';
import { getSubnet } from './vpc.ts';
import { ACCESS_POLICY, ADDON, CLUSTER, ENTRY, GROUP, KEY, POD_IDENTITY, VPC } from './tokens.ts';

const eks = (operation: string, doing: string): AwsCall => ({ service: 'EKS', operation, doing });

/** Finds an active cluster or refuses as EKS does. */
export function getCluster(context: CloudContext, name: string, call: AwsCall): Resource {
  const cluster = context.find(CLUSTER, name);
  if (!cluster) throw awsError(call, 404, 'ResourceNotFoundException', `No cluster found for name: ${name}.`);
  if (cluster.state === 'creating' || cluster.state === 'deleting') {
    const message = `Cluster '${name}' is in ${cluster.state.toUpperCase()} status`;
    throw awsError(call, 409, 'ResourceInUseException', message, true);
  }
  return cluster;
}

/** Refuses a role that IAM does not know. */
export function checkRole(context: CloudContext, arn: string, call: AwsCall): void {
  if (isRole(context, arn)) return;
  const message = `Role with arn: ${arn}, could not be assumed because it does not exist or the trusted entity is not correct`;
  throw awsError(call, 400, 'InvalidParameterException', message);
}

function checkNetwork(context: CloudContext, inputs: Values, call: AwsCall): { vpcId: string } {
  const subnets = list<string>(object(inputs, 'vpcConfig'), 'subnetIds').map((id) => getSubnet(context, id, call));
  const zones = new Set(subnets.map((subnet) => text(subnet.outputs, 'availabilityZone')));
  if (zones.size < 2) {
    const message = 'Subnets specified must be in at least two different AZs';
    throw awsError(call, 400, 'InvalidParameterException', message);
  }
  const vpcs = new Set(subnets.map((subnet) => text(subnet.inputs, 'vpcId')));
  if (vpcs.size > 1) {
    throw awsError(call, 400, 'InvalidParameterException', 'Subnets specified must all belong to the same VPC');
  }
  const [vpcId = ''] = vpcs;
  const services = text(object(inputs, 'kubernetesNetworkConfig'), 'serviceIpv4Cidr');
  const vpc = context.find(VPC, vpcId);
  if (services && vpc && overlaps(getBlock(services), getBlock(text(vpc.inputs, 'cidrBlock')))) {
    const message = `The serviceIpv4Cidr ${services} overlaps with the CIDR of the VPC`;
    throw awsError(call, 400, 'InvalidParameterException', message);
  }
  return { vpcId };
}

function checkClusterInputs(inputs: Values): { property: string; reason: string }[] {
  const faults: { property: string; reason: string }[] = [];
  const name = known(inputs, 'name');
  if (name !== undefined && !/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)) {
    faults.push({ property: 'name', reason: 'invalid value for name (must match ^[0-9A-Za-z][A-Za-z0-9\\-_]*$)' });
  }
  const services = known(object(inputs, 'kubernetesNetworkConfig'), 'serviceIpv4Cidr');
  if (services !== undefined) {
    const block = parseBlock(services);
    const property = 'kubernetesNetworkConfig.serviceIpv4Cidr';
    if (!block) faults.push({ property, reason: `"${services}" is not a valid CIDR block` });
    else if (prefixOf(block) < 12 || prefixOf(block) > 24) {
      faults.push({ property, reason: 'expected a network Value with between 12 and 24 significant bits' });
    }
  }
  return faults;
}

/** Settings that EKS fills in. */
function accessOutputs(inputs: Values): Values {
  return {
    accessConfig: {
      authenticationMode: 'CONFIG_MAP',
      bootstrapClusterCreatorAdminPermissions: true,
      ...object(inputs, 'accessConfig'),
    },
    upgradePolicy: { supportType: 'EXTENDED', ...object(inputs, 'upgradePolicy') },
  };
}

function vpcOutputs(inputs: Values, vpcId: string, securityGroup: string): Values {
  return {
    endpointPrivateAccess: false,
    endpointPublicAccess: true,
    publicAccessCidrs: ['0.0.0.0/0'],
    securityGroupIds: [],
    ...object(inputs, 'vpcConfig'),
    vpcId,
    clusterSecurityGroupId: securityGroup,
  };
}

const cluster: ResourceType = {
  token: CLUSTER,
  replaceOn: [
    'name',
    'roleArn',
    'bootstrapSelfManagedAddons',
    'kubernetesNetworkConfig.serviceIpv4Cidr',
    'kubernetesNetworkConfig.ipFamily',
    'encryptionConfig',
    'outpostConfig',
    'region',
  ],
  deleteBeforeReplace: true,
  autoName: 'name',
  seconds: { create: 540, update: 480, delete: 300 },
  validate: checkClusterInputs,
  whileCreating: { status: 'CREATING', endpoint: '', certificateAuthority: { data: '' }, identities: [] },
  controlPlane: {
    need: (cluster) => ({ version: `${text(cluster.outputs, 'version')}.0-eks-simulated`, pools: [] }),
    lost: { status: 'FAILED' },
    outputs: (cluster, plane) => ({
      status: 'ACTIVE',
      certificateAuthority: { data: Buffer.from(plane.certificateAuthority).toString('base64') },
      endpoint: `https://${plane.authority}`,
      identities: [
        {
          oidcs: [{ issuer: `https://oidc.eks.${cluster.region}.amazonaws.com/id/${plane.id.toUpperCase()}00000000` }],
        },
      ],
    }),
  },
  capacity({ name }) {
    const message = `Cannot create cluster '${String(name)}' because the targeted availability zone does not currently have sufficient capacity to support the cluster.`;
    const call = eks('CreateCluster', `creating EKS Cluster (${String(name)})`);
    return awsError(call, 400, 'UnsupportedAvailabilityZoneException', message, true);
  },
  quotas: (context) => [
    {
      quota: `eks/clusters/${context.region}`,
      limit: 100,
      used: context.list(CLUSTER).filter((each) => each.region === context.region).length,
      amount: 1,
      refuse: (limit) =>
        awsError(
          eks('CreateCluster', 'creating EKS Cluster'),
          400,
          'ResourceLimitExceededException',
          `Cluster limit exceeded for account: limit ${limit}`,
        ),
    },
  ],
  create(context, inputs) {
    const name = text(inputs, 'name');
    const call = eks('CreateCluster', `creating EKS Cluster (${name})`);
    if (context.find(CLUSTER, name)) {
      throw awsError(call, 409, 'ResourceInUseException', `Cluster already exists with name: ${name}`);
    }
    checkRole(context, text(inputs, 'roleArn'), call);
    const { vpcId } = checkNetwork(context, inputs, call);
    const version = text(inputs, 'version') || getDefaultVersion('eks');
    if (!findExactVersion('eks', version)) {
      throw awsError(call, 400, 'InvalidParameterException', `unsupported Kubernetes version ${version}`);
    }
    checkKey(context, inputs, call);
    const outputs = {
      bootstrapSelfManagedAddons: true,
      deletionProtection: false,
      enabledClusterLogTypes: [],
      ...inputs,
      ...tagOutputs(context, inputs),
      ...accessOutputs(inputs),
      arn: arnOf(context, 'eks', `cluster/${name}`),
      clusterId: '',
      createdAt: context.now.toISOString(),
      kubernetesNetworkConfig: {
        ipFamily: 'ipv4',
        serviceIpv4Cidr: '172.20.0.0/16',
        ...object(inputs, 'kubernetesNetworkConfig'),
      },
      platformVersion: 'eks.1',
      status: 'ACTIVE',
      version,
      vpcConfig: vpcOutputs(inputs, vpcId, `sg-0${hex(16)}`),
    };
    return { id: name, name, outputs };
  },
  update: updateCluster,
  remove(context, resource) {
    const call = eks('DeleteCluster', `deleting EKS Cluster (${resource.name})`);
    if (resource.inputs['deletionProtection'] === true) {
      const message = `Cluster ${resource.name} has deletion protection enabled`;
      throw awsError(call, 400, 'InvalidRequestException', message);
    }
    if (context.list(GROUP).some((group) => text(group.inputs, 'clusterName') === resource.name)) {
      throw awsError(call, 409, 'ResourceInUseException', 'Cluster has nodegroups attached', true);
    }
    for (const type of [ADDON, POD_IDENTITY, ENTRY, ACCESS_POLICY]) {
      for (const each of context.list(type)) {
        if (text(each.inputs, 'clusterName') === resource.name) context.cascade(each);
      }
    }
  },
};

function checkKey(context: CloudContext, inputs: Values, call: AwsCall): void {
  const arn = text(object(object(inputs, 'encryptionConfig'), 'provider'), 'keyArn');
  if (!arn || context.find(KEY, arn.split('/').at(-1) ?? '')) return;
  throw awsError(call, 400, 'InvalidParameterException', `The keyArn in encryptionConfig provider is invalid: ${arn}`);
}

function updateCluster(context: CloudContext, resource: Resource, inputs: Values): Values {
  const call = eks('UpdateClusterVersion', `updating EKS Cluster (${resource.name}) version`);
  const from = text(resource.outputs, 'version');
  const version = text(inputs, 'version') || from;
  if (version !== from) {
    const minors = countMinors(from, version);
    if (minors !== 1) {
      const message = `Unsupported Kubernetes minor version update from ${from} to ${version}`;
      throw awsError(call, 400, 'InvalidParameterException', message);
    }
    if (!listVersions('eks').includes(version)) {
      throw awsError(call, 400, 'InvalidParameterException', `unsupported Kubernetes version ${version}`);
    }
  }
  const { vpcId } = checkNetwork(
    context,
    inputs,
    eks('UpdateClusterConfig', `updating EKS Cluster (${resource.name})`),
  );
  const group = text(object(resource.outputs, 'vpcConfig'), 'clusterSecurityGroupId');
  return {
    ...tagOutputs(context, inputs),
    ...accessOutputs(inputs),
    version,
    vpcConfig: vpcOutputs(inputs, vpcId, group),
  };
}

/** The types of this file. */
export const eksTypes = [cluster];
