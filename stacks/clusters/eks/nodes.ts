// The node groups of an EKS cluster and their launch templates.

import { LaunchTemplate } from '@pulumi/aws/ec2/launchTemplate.js';
import type { Cluster } from '@pulumi/aws/eks/cluster.js';
import { NodeGroup } from '@pulumi/aws/eks/nodeGroup.js';
import type { Resource } from '@pulumi/pulumi';
import type { SubnetOutput } from '../../contract.ts';
import type { ClusterScope } from './scope.ts';
import type { NodeGroupPlan } from './plan.ts';
import { createNodeRole } from './roles.ts';

/** Creates one managed node group a pool; returns them by the pool's name. */
export function createNodeGroups(
  plans: NodeGroupPlan[],
  cluster: Cluster,
  subnets: SubnetOutput[],
  before: Resource[],
  scope: ClusterScope,
): Map<string, NodeGroup> {
  const { role, attachments } = createNodeRole(scope);
  return new Map(
    plans.map((plan) => {
      const template = createLaunchTemplate(plan, scope);
      const group = new NodeGroup(
        plan.pool,
        {
          clusterName: cluster.name,
          nodeGroupName: plan.name,
          nodeRoleArn: role.arn,
          subnetIds: subnets.filter((subnet) => plan.zones.includes(subnet.zone ?? '')).map((subnet) => subnet.id),
          // Nodes follow the control plane, which Pulumi updates first for it is a dependency.
          version: cluster.version,
          amiType: plan.amiType,
          capacityType: plan.capacityType,
          launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
          scalingConfig: plan.scaling,
          updateConfig: { maxUnavailablePercentage: 33 },
          nodeRepairConfig: { enabled: true },
          labels: plan.labels,
          taints: plan.taints,
          tags: scope.getTags(plan.pool),
        },
        {
          ...scope.options,
          dependsOn: [...attachments, ...before],
          // Its name is fixed, so a replacement cannot stand beside the original.
          deleteBeforeReplace: true,
          ...(plan.ignoreDesiredSize ? { ignoreChanges: ['scalingConfig.desiredSize'] } : {}),
        },
      );
      return [plan.pool, group];
    }),
  );
}

/** The machine type stands here, not in the group, where changing it would replace the group instead of rolling it. */
function createLaunchTemplate(plan: NodeGroupPlan, scope: ClusterScope): LaunchTemplate {
  const tags = { ...scope.inheritedTags, Name: plan.templateName };
  return new LaunchTemplate(
    plan.pool,
    {
      name: plan.templateName,
      instanceType: plan.machineType,
      updateDefaultVersion: true,
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeSize: 50, volumeType: 'gp3', encrypted: 'true', deleteOnTermination: 'true' },
        },
      ],
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
      tags: scope.getTags(plan.pool),
    },
    scope.options,
  );
}
