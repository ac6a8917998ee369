// The nodes that the pools of EKS and AKS ask of their clusters' control planes.
import { test } from 'tap';
import { createTestAccount } from '../helpers/simulated-account.ts';
import { createRecordingKind } from '../helpers/simulated-control-planes.ts';

test("an EKS group's nodes have the machine of its template and the zones of its subnets", async (t) => {
  const kind = createRecordingKind();
  const aws = await createTestAccount(t, { config: { region: 'eu-central-1' }, kinds: { ledger: kind.create } });
  const vpc = await aws.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
  const subnetIds: string[] = [];
  for (const [index, letter] of ['a', 'b'].entries()) {
    const place = { cidrBlock: `10.0.${index}.0/24`, availabilityZone: `eu-central-1${letter}` };
    subnetIds.push((await aws.make('aws:ec2/subnet:Subnet', { vpcId: vpc.id, ...place })).id);
  }
  const trust = JSON.stringify({ Statement: [{ Effect: 'Allow' }] });
  const role = (await aws.make('aws:iam/role:Role', { name: 'r', assumeRolePolicy: trust })).outputs['arn'];
  const cluster = { name: 'it', roleArn: role, version: '1.34', vpcConfig: { subnetIds } };
  await aws.make('aws:eks/cluster:Cluster', cluster);
  t.match(kind.calls, [/^open [0-9a-f]{24} 1\.34\.0-eks-simulated$/]);
  const template = await aws.make('aws:ec2/launchTemplate:LaunchTemplate', { name: 'tpl', instanceType: 'm6i.large' });
  await aws.make('aws:eks/nodeGroup:NodeGroup', {
    clusterName: 'it',
    nodeGroupName: 'work',
    nodeRoleArn: role,
    subnetIds,
    scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 3 },
    launchTemplate: { id: template.id, version: '1' },
    labels: { tier: 'work' },
    taints: [{ key: 'gpu', value: 'yes', effect: 'NO_EXECUTE' }],
  });
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }];
  const node = { machineType: 'm6i.large', labels: { tier: 'work' }, taints };
  t.same(kind.pools.get('work'), [
    { count: 2, zone: 'eu-central-1a', ...node },
    { count: 1, zone: 'eu-central-1b', ...node },
  ]);
});

test('an AKS cluster brings the nodes of its own pools, and its resource group takes everything along', async (t) => {
  const kind = createRecordingKind();
  const azure = await createTestAccount(t, { kinds: { ledger: kind.create } });
  const type = 'azure-native:containerservice:ManagedCluster';
  const group = { resourceGroupName: 'rg' };
  const { id } = await azure.make('azure-native:resources:ResourceGroup', { ...group, location: 'westeurope' });
  const size = { vmSize: 'Standard_D4s_v5', count: 3, availabilityZones: ['1', '2'], nodeLabels: { tier: 'a' } };
  await azure.make(type, {
    ...group,
    resourceName: 'it',
    dnsPrefix: 'it',
    kubernetesVersion: '1.34',
    agentPoolProfiles: [
      { name: 'system', mode: 'System', ...size, nodeTaints: ['CriticalAddonsOnly=true:NoSchedule'] },
    ],
  });
  const taints = [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' }];
  const node = { machineType: 'Standard_D4s_v5', labels: { tier: 'a' }, taints };
  t.same(kind.pools.get('system'), [
    { count: 2, zone: 'westeurope-1', ...node },
    { count: 1, zone: 'westeurope-2', ...node },
  ]);
  const work = { ...group, resourceName: 'it', agentPoolName: 'work', ...size, count: 1, availabilityZones: ['2'] };
  const made = await azure.make('azure-native:containerservice:AgentPool', work);
  t.match(kind.pools.get('work'), [{ count: 1, zone: 'westeurope-2', taints: [] }]);
  await azure.remove('azure-native:containerservice:AgentPool', made.id);
  t.same(kind.pools.get('work'), []);
  await azure.remove('azure-native:resources:ResourceGroup', id);
  t.equal(kind.open.size, 0, 'the control plane goes with the group');
});
