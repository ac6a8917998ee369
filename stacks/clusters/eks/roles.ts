// The IAM roles of an EKS cluster: the control plane's, the nodes', and those of add-ons through Pod Identity.

import { Role } from '@pulumi/aws/iam/role.js';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment.js';
import type { CustomResourceOptions } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { ClusterScope } from './scope.ts';

/** A role and what must exist before anything may count on it. */
export type GrantedRole = { role: Role; attachments: RolePolicyAttachment[] };

/** The partition of a region; policies' ARNs carry it. */
export function getPartition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The control plane's role. */
export function createClusterRole(scope: ClusterScope): GrantedRole {
  return createRole('control-plane', trustService('eks.amazonaws.com'), ['AmazonEKSClusterPolicy'], scope);
}

/** The nodes' role; it lacks AmazonEKS_CNI_Policy, which the network plugin alone gets. */
export function createNodeRole(scope: ClusterScope): GrantedRole {
  const policies = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'];
  return createRole('nodes', trustService('ec2.amazonaws.com'), policies, scope);
}

/** A role that pods take through the Pod Identity agent. */
export function createPodRole(name: string, policy: string, scope: ClusterScope): GrantedRole {
  // Pod Identity tags its sessions, and a trust without sts:TagSession refuses them.
  return createRole(name, trustService('pods.eks.amazonaws.com', ['sts:TagSession']), [policy], scope);
}

function createRole(name: string, trust: string, policies: string[], scope: ClusterScope): GrantedRole {
  const options: CustomResourceOptions = scope.options;
  const role = new Role(
    name,
    { name: getName('iam-role', scope.cluster, name), assumeRolePolicy: trust, tags: scope.getTags(name) },
    options,
  );
  const attachments = policies.map((policy) => {
    const path = policy === 'AmazonEBSCSIDriverPolicy' ? `service-role/${policy}` : policy;
    const policyArn = `arn:${getPartition(scope.region)}:iam::aws:policy/${path}`;
    return new RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn }, options);
  });
  return { role, attachments };
}

function trustService(service: string, actions: string[] = []): string {
  const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole', ...actions] }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
