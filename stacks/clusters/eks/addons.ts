// The add-ons without which an EKS cluster has no working nodes: Pod Identity, the network plugin, DNS, disks.

import { Addon } from '@pulumi/aws/eks/addon.js';
import type { Cluster } from '@pulumi/aws/eks/cluster.js';
import { PodIdentityAssociation } from '@pulumi/aws/eks/podIdentityAssociation.js';
import { jsonStringify } from '@pulumi/pulumi';
import type { Input, Resource } from '@pulumi/pulumi';
import type { SubnetOutput } from '../../contract.ts';
import type { ClusterScope } from './scope.ts';
import { createPodRole } from './roles.ts';

/** Creates what every node needs from its first second on; nodes depend on what this returns. */
export function createNodeAddons(cluster: Cluster, podSubnets: SubnetOutput[], scope: ClusterScope): Resource[] {
  const agent = createAddon('eks-pod-identity-agent', cluster, scope);
  const identity = createPodIdentity('cni', 'AmazonEKS_CNI_Policy', 'aws-node', cluster, scope);
  const securityGroup = cluster.vpcConfig.apply((config) => config.clusterSecurityGroupId);
  const configuration = jsonStringify({
    env: {
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
      // Nodes find the ENIConfig of their zone by this label.
      ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
      // The first interface carries no pods under custom networking; prefixes make up for it.
      ENABLE_PREFIX_DELEGATION: 'true',
      WARM_PREFIX_TARGET: '1',
    },
    eniConfig: {
      create: true,
      region: scope.region,
      subnets: Object.fromEntries(
        podSubnets.map((subnet) => [subnet.zone ?? '', { id: subnet.id, securityGroups: [securityGroup] }]),
      ),
    },
  });
  const cni = createAddon('vpc-cni', cluster, scope, { configuration, dependsOn: [identity] });
  return [agent, cni, createAddon('kube-proxy', cluster, scope)];
}

/** Creates what runs on nodes, and stays pending without any. */
export function createWorkloadAddons(cluster: Cluster, nodes: Resource[], scope: ClusterScope): void {
  const identity = createPodIdentity('ebs-csi', 'AmazonEBSCSIDriverPolicy', 'ebs-csi-controller-sa', cluster, scope);
  createAddon('coredns', cluster, scope, { dependsOn: nodes });
  createAddon('aws-ebs-csi-driver', cluster, scope, { dependsOn: [...nodes, identity] });
}

function createAddon(
  addonName: string,
  cluster: Cluster,
  scope: ClusterScope,
  more: { configuration?: Input<string>; dependsOn?: Resource[] } = {},
): Addon {
  return new Addon(
    addonName,
    {
      clusterName: cluster.name,
      addonName,
      ...(more.configuration === undefined ? {} : { configurationValues: more.configuration }),
      resolveConflictsOnCreate: 'OVERWRITE',
      resolveConflictsOnUpdate: 'OVERWRITE',
      tags: scope.getTags(addonName),
    },
    { ...scope.options, dependsOn: more.dependsOn ?? [] },
  );
}

/** Gives a service account of kube-system a role with one policy of AWS. */
function createPodIdentity(
  name: string,
  policy: string,
  serviceAccount: string,
  cluster: Cluster,
  scope: ClusterScope,
): PodIdentityAssociation {
  const { role, attachments } = createPodRole(name, policy, scope);
  return new PodIdentityAssociation(
    name,
    {
      clusterName: cluster.name,
      namespace: 'kube-system',
      serviceAccount,
      roleArn: role.arn,
      tags: scope.getTags(name),
    },
    { ...scope.options, dependsOn: attachments },
  );
}
