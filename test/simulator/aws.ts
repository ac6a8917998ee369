// The rules of the simulated AWS: each refusal with the code and the words of the real one.
import { test, type Test } from 'tap';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';

const VPC = 'aws:ec2/vpc:Vpc';
const BLOCK = 'aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation';
const SUBNET = 'aws:ec2/subnet:Subnet';
const GATEWAY = 'aws:ec2/internetGateway:InternetGateway';
const EIP = 'aws:ec2/eip:Eip';
const NAT = 'aws:ec2/natGateway:NatGateway';
const TABLE = 'aws:ec2/routeTable:RouteTable';
const ROUTE = 'aws:ec2/route:Route';
const LINK = 'aws:ec2/routeTableAssociation:RouteTableAssociation';
const ROLE = 'aws:iam/role:Role';
const ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment';
const CLUSTER = 'aws:eks/cluster:Cluster';
const GROUP = 'aws:eks/nodeGroup:NodeGroup';
const ADDON = 'aws:eks/addon:Addon';
const TEMPLATE = 'aws:ec2/launchTemplate:LaunchTemplate';

const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] });

const open = (t: Test) => createTestAccount(t, { config: { region: 'eu-central-1' } });

async function makeNetwork(aws: TestAccount) {
  const vpc = await aws.make(VPC, { cidrBlock: '10.0.0.0/16' });
  const [one, two] = await Promise.all(
    ['a', 'b'].map((letter, index) =>
      aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: `10.0.${index}.0/24`, availabilityZone: `eu-central-1${letter}` }),
    ),
  );
  if (!one || !two) throw new Error('unreachable');
  return { vpc, subnets: [one.id, two.id], one };
}

async function makeCluster(aws: TestAccount, more: Record<string, unknown> = {}) {
  const network = await makeNetwork(aws);
  const role = await aws.make(ROLE, { name: 'plane', assumeRolePolicy: TRUST });
  const inputs = {
    name: 'it',
    roleArn: role.outputs['arn'],
    version: '1.34',
    vpcConfig: { subnetIds: network.subnets },
    ...more,
  };
  return { ...network, role, inputs, cluster: await aws.make(CLUSTER, inputs) };
}

test('a typo, a missing property and a wrong type are found by Check, also deep inside', async (t) => {
  const aws = await open(t);
  t.match(await aws.check(VPC, { cidrBlok: '10.0.0.0/16' }), [/^cidrBlok: Invalid or unknown key/]);
  t.match(await aws.check(CLUSTER, { vpcConfig: { subnetIds: ['a'], subnetId: 'b' } }), [
    /roleArn: Missing required argument: The argument "role_arn" is required/,
    /vpcConfig.subnetId: Invalid or unknown key/,
  ]);
  t.match(await aws.check(SUBNET, { vpcId: ['x'] }), [/vpcId: expected type "string"/]);
  await t.rejects(aws.make('aws:ec2/vpcs:Vpcs', {}), { code: 'UnknownResourceType' });
});

test('ranges stand inside their parents and apart from their siblings', async (t) => {
  const aws = await open(t);
  t.match(await aws.check(VPC, { cidrBlock: '10.0.0.0/8' }), [/between 16 and 28 significant bits/]);
  const vpc = await aws.make(VPC, { cidrBlock: '10.0.0.0/16' });
  await t.rejects(aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: '10.1.0.0/24' }), { code: 'InvalidSubnet.Range' });
  await aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: '10.0.0.0/24' });
  await t.rejects(aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: '10.0.0.128/25' }), { code: 'InvalidSubnet.Conflict' });
  await t.rejects(aws.make(BLOCK, { vpcId: vpc.id, cidrBlock: '10.0.0.0/20' }), { code: 'InvalidVpc.Range' });
  await aws.make(BLOCK, { vpcId: vpc.id, cidrBlock: '100.64.0.0/16' });
  t.ok(await aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: '100.64.0.0/24' }), 'a secondary block takes subnets too');
});

test('what is referred to must exist', async (t) => {
  const aws = await open(t);
  await t.rejects(aws.make(SUBNET, { vpcId: 'vpc-0none', cidrBlock: '10.0.0.0/24' }), {
    code: 'InvalidVpcID.NotFound',
  });
  const { vpc, one } = await makeNetwork(aws);
  await t.rejects(aws.make(NAT, { subnetId: 'subnet-0none', allocationId: 'x' }), { code: 'InvalidSubnetID.NotFound' });
  await t.rejects(aws.make(NAT, { subnetId: one.id, allocationId: 'eipalloc-0none' }), {
    code: 'InvalidAllocationID.NotFound',
  });
  const eip = await aws.make(EIP, { domain: 'vpc' });
  await t.rejects(aws.make(NAT, { subnetId: one.id, allocationId: eip.id }), { code: 'Gateway.NotAttached' });
  const table = await aws.make(TABLE, { vpcId: vpc.id });
  const route = { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0' };
  await t.rejects(aws.make(ROUTE, { ...route, gatewayId: 'igw-0none' }), { code: 'InvalidInternetGatewayID.NotFound' });
  await t.rejects(aws.make(ROUTE, { ...route, natGatewayId: 'nat-0none' }), { code: 'NatGatewayNotFound' });
  await t.rejects(aws.make(LINK, { subnetId: 'subnet-0none', routeTableId: table.id }), {
    code: 'InvalidSubnetID.NotFound',
  });
  await t.rejects(aws.make(ATTACHMENT, { role: 'none', policyArn: 'arn:aws:iam::aws:policy/X' }), {
    code: 'NoSuchEntity',
  });
  const zone = 'eu-central-1z';
  await t.rejects(aws.make(SUBNET, { vpcId: vpc.id, cidrBlock: '10.0.9.0/24', availabilityZone: zone }), {
    code: 'InvalidParameterValue',
  });
});

test('what is used is not removed', async (t) => {
  const aws = await open(t);
  const { vpc, one } = await makeNetwork(aws);
  const gateway = await aws.make(GATEWAY, { vpcId: vpc.id });
  await t.rejects(aws.make(GATEWAY, { vpcId: vpc.id }), { code: 'Resource.AlreadyAssociated' });
  const eip = await aws.make(EIP, { domain: 'vpc' });
  const nat = await aws.make(NAT, { subnetId: one.id, allocationId: eip.id });
  await t.rejects(aws.remove(VPC, vpc.id), {
    code: 'DependencyViolation',
    message: /has dependencies and cannot be deleted/,
  });
  await t.rejects(aws.remove(SUBNET, one.id), { code: 'DependencyViolation' });
  await t.rejects(aws.remove(EIP, eip.id), { code: 'InvalidIPAddress.InUse' });
  await t.rejects(aws.remove(GATEWAY, gateway.id), { code: 'DependencyViolation', message: /mapped public address/ });
  const table = await aws.make(TABLE, { vpcId: vpc.id });
  const link = await aws.make(LINK, { subnetId: one.id, routeTableId: table.id });
  await t.rejects(aws.make(LINK, { subnetId: one.id, routeTableId: table.id }), { code: 'Resource.AlreadyAssociated' });
  await t.rejects(aws.remove(TABLE, table.id), { code: 'DependencyViolation' });
  const role = await aws.make(ROLE, { name: 'r', assumeRolePolicy: TRUST });
  await aws.make(ATTACHMENT, { role: 'r', policyArn: 'arn:aws:iam::aws:policy/X' });
  await t.rejects(aws.remove(ROLE, role.id), { code: 'DeleteConflict' });
  for (const [type, id] of [
    [LINK, link.id],
    [TABLE, table.id],
    [NAT, nat.id],
    [EIP, eip.id],
    [GATEWAY, gateway.id],
  ] as const) {
    await aws.remove(type, id);
  }
  t.pass('and everything goes in the right order');
});

test('names are taken once, also by two at the same time', async (t) => {
  const aws = await open(t);
  const role = { name: 'one', assumeRolePolicy: TRUST };
  const both = await Promise.allSettled([aws.make(ROLE, role), aws.make(ROLE, role)]);
  t.same(both.map((each) => each.status).sort(), ['fulfilled', 'rejected'], 'one wins');
  await t.rejects(aws.make(ROLE, role), { code: 'EntityAlreadyExists', message: /Role with name one already exists/ });
  t.equal((await aws.admin.listResources(aws.account, ROLE)).length, 1);
});

test('a role, an alias and a cluster need proper names', async (t) => {
  const aws = await open(t);
  t.match(await aws.check(ROLE, { name: 'a b', assumeRolePolicy: TRUST }), [/invalid value for name/]);
  t.match(await aws.check(ROLE, { name: 'a', assumeRolePolicy: '{' }), [/invalid JSON policy/]);
  t.match(await aws.check('aws:kms/alias:Alias', { name: 'x', targetKeyId: 'k' }), [/must begin with "alias\//]);
  t.match(await aws.check(CLUSTER, { name: '-x', roleArn: 'r', vpcConfig: { subnetIds: [] } }), [
    /invalid value for name/,
  ]);
});

test('quotas are those of the cloud until an administrator sets others', async (t) => {
  const aws = await open(t);
  for (let index = 0; index < 5; index += 1) await aws.make(VPC, { cidrBlock: `10.${index}.0.0/16` });
  await t.rejects(aws.make(VPC, { cidrBlock: '10.9.0.0/16' }), {
    code: 'VpcLimitExceeded',
    message: /StatusCode: 400/,
  });
  await t.resolves(aws.make(VPC, { cidrBlock: '10.9.0.0/16', region: 'eu-west-1' }), 'each region has its own');
  await aws.admin.setQuota(aws.account, 'ec2/vpcs/eu-central-1', 6);
  await t.resolves(aws.make(VPC, { cidrBlock: '10.9.0.0/16' }));
});

test('an EKS cluster needs two zones, a role and a version that exist, and answers as EKS does', async (t) => {
  const aws = await open(t);
  const { inputs, cluster, subnets, one } = await makeCluster(aws);
  t.match(cluster.outputs, {
    status: 'ACTIVE',
    arn: `arn:aws:eks:eu-central-1:${aws.identity.accountId}:cluster/it`,
    vpcConfig: { clusterSecurityGroupId: /^sg-0[0-9a-f]{16}$/, endpointPublicAccess: true },
    identities: [{ oidcs: [{ issuer: /^https:\/\/oidc\.eks\.eu-central-1\.amazonaws\.com\/id\// }] }],
  });
  await t.rejects(aws.make(CLUSTER, inputs), {
    code: 'ResourceInUseException',
    message: /Cluster already exists with name: it/,
  });
  const other = { ...inputs, name: 'other' };
  await t.rejects(aws.make(CLUSTER, { ...other, version: '1.20' }), {
    message: /unsupported Kubernetes version 1\.20/,
  });
  await t.rejects(aws.make(CLUSTER, { ...other, vpcConfig: { subnetIds: [one.id] } }), {
    message: /two different AZs/,
  });
  await t.rejects(aws.make(CLUSTER, { ...other, roleArn: 'arn:aws:iam::1:role/none' }), {
    message: /could not be assumed/,
  });
  await t.rejects(aws.make(CLUSTER, { ...other, kubernetesNetworkConfig: { serviceIpv4Cidr: '10.0.0.0/20' } }), {
    message: /overlaps with the CIDR of the VPC/,
  });
  const encryptionConfig = { provider: { keyArn: 'arn:aws:kms:x:1:key/none' }, resources: ['secrets'] };
  await t.rejects(aws.make(CLUSTER, { ...other, encryptionConfig }), { message: /keyArn in encryptionConfig/ });
  await t.rejects(aws.remove(SUBNET, subnets[0] ?? ''), { code: 'DependencyViolation' }, 'its subnets stay');
});

test('EKS goes up one minor version at a time and never back', async (t) => {
  const aws = await open(t);
  const { inputs, cluster } = await makeCluster(aws);
  await t.rejects(aws.change(CLUSTER, cluster, { ...inputs, version: '1.36' }), { message: /from 1\.34 to 1\.36/ });
  await t.rejects(aws.change(CLUSTER, cluster, { ...inputs, version: '1.33' }), {
    message: /Unsupported Kubernetes minor/,
  });
  t.match((await aws.change(CLUSTER, cluster, { ...inputs, version: '1.35' })).outputs, { version: '1.35' });
});

test('a node group needs its cluster, sizes in order and a version near the cluster, and holds the cluster', async (t) => {
  const aws = await open(t);
  const { role, subnets } = await makeCluster(aws);
  const scalingConfig = { minSize: 1, maxSize: 3, desiredSize: 1 };
  const inputs = {
    clusterName: 'it',
    nodeGroupName: 'g',
    nodeRoleArn: role.outputs['arn'],
    subnetIds: subnets,
    scalingConfig,
  };
  t.match(await aws.check(GROUP, { ...inputs, scalingConfig: { minSize: 4, maxSize: 3, desiredSize: 3 } }), [
    /Minimum capacity 4 can't be greater than maximum size 3/,
  ]);
  await t.rejects(aws.make(GROUP, { ...inputs, clusterName: 'none' }), { code: 'ResourceNotFoundException' });
  await t.rejects(aws.make(GROUP, { ...inputs, version: '1.36' }), {
    message: /not compatible with cluster version 1\.34/,
  });
  await t.rejects(aws.make(GROUP, { ...inputs, launchTemplate: { id: 'lt-0none', version: '1' } }), {
    message: /does not exist/,
  });
  await t.rejects(aws.make(TEMPLATE, { name: 'tpl', instanceType: 'm6i.tiny' }), { code: 'InvalidParameterValue' });
  const template = await aws.make(TEMPLATE, { name: 'tpl', instanceType: 'm6i.large' });
  const launchTemplate = { id: template.id, version: '2' };
  await t.rejects(aws.make(GROUP, { ...inputs, launchTemplate }), {
    message: /Could not find the specified version 2/,
  });
  await aws.change(TEMPLATE, template, { name: 'tpl', instanceType: 'm6i.xlarge' });
  t.equal((await aws.make(GROUP, { ...inputs, launchTemplate })).id, 'it:g', 'a change made version 2');
  await t.rejects(aws.remove(CLUSTER, 'it'), { code: 'ResourceInUseException', message: /has nodegroups attached/ });
  await t.rejects(aws.make(GROUP, { ...inputs, scalingConfig: { minSize: 1, maxSize: 451, desiredSize: 1 } }), {
    message: /Maximum size/,
  });
});

test('an add-on must be known, stands once, and goes with its cluster', async (t) => {
  const aws = await open(t);
  const { cluster } = await makeCluster(aws);
  await t.rejects(aws.make(ADDON, { clusterName: 'it', addonName: 'nonsense' }), { message: /not supported/ });
  await aws.make(ADDON, { clusterName: 'it', addonName: 'coredns' });
  await t.rejects(aws.make(ADDON, { clusterName: 'it', addonName: 'coredns' }), { code: 'ResourceInUseException' });
  t.match(await aws.check(ADDON, { clusterName: 'it', addonName: 'coredns', configurationValues: '{' }), [
    /not valid JSON/,
  ]);
  await aws.remove(CLUSTER, cluster.id);
  t.same(await aws.admin.listResources(aws.account, ADDON), []);
});

test('an immutable property replaces, a mutable one updates', async (t) => {
  const aws = await open(t);
  const diff = (type: string, olds: object, inputs: object) =>
    aws.call<{ changes: { path: string; replace: boolean }[]; deleteBeforeReplace: boolean }>('diff', {
      type,
      olds,
      inputs,
    });
  t.match((await diff(VPC, { cidrBlock: '10.0.0.0/16' }, { cidrBlock: '10.1.0.0/16' })).changes, [{ replace: true }]);
  t.match((await diff(VPC, { tags: { a: '1' } }, { tags: { a: '2' } })).changes, [{ path: 'tags.a', replace: false }]);
  const named = await diff(CLUSTER, { name: 'a', version: '1' }, { name: 'b', version: '2' });
  t.equal(named.deleteBeforeReplace, true, 'a fixed name cannot stand twice');
});

test('a resource is found by its tag and by its import id', async (t) => {
  const aws = await open(t);
  const tags = { 'fleetyard-resource': 'stack/vpc' };
  const vpc = await aws.make(VPC, { cidrBlock: '10.0.0.0/16', tags });
  const find = (region: string) =>
    aws.call<{ result: { resourceTagMappingLists: { resourceArn: string }[] } }>('invoke', {
      token: 'aws:resourcegroupstaggingapi/getResources:getResources',
      config: { region },
      args: { resourceTypeFilters: ['ec2:vpc'], tagFilters: [{ key: 'fleetyard-resource', values: ['stack/vpc'] }] },
    });
  t.match((await find('eu-central-1')).result.resourceTagMappingLists, [{ resourceArn: new RegExp(`/${vpc.id}$`) }]);
  t.same((await find('eu-west-1')).result.resourceTagMappingLists, [], 'only in its own region');
  const table = await aws.make(TABLE, { vpcId: vpc.id });
  const gateway = await aws.make(GATEWAY, { vpcId: vpc.id });
  const route = await aws.make(ROUTE, {
    routeTableId: table.id,
    destinationCidrBlock: '0.0.0.0/0',
    gatewayId: gateway.id,
  });
  const read = await aws.call<{ resource: { id: string } }>('read', { type: ROUTE, id: `${table.id}_0.0.0.0/0` });
  t.equal(read.resource.id, route.id);
});
