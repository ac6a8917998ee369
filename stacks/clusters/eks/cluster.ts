// The control plane of an EKS cluster, and what must stand before it: key, log group, role.

import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup.js';
import { Cluster } from '@pulumi/aws/eks/cluster.js';
import { OpenIdConnectProvider } from '@pulumi/aws/iam/openIdConnectProvider.js';
import { Alias } from '@pulumi/aws/kms/alias.js';
import { Key } from '@pulumi/aws/kms/key.js';
import type { Output } from '@pulumi/pulumi';
import type { ClusterInputs } from '../../contract.ts';
import { getName } from './names.ts';
import { planEndpoint } from './plan.ts';
import { createClusterRole } from './roles.ts';
import type { ClusterScope } from './scope.ts';

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** Creates the control plane with encrypted secrets, its logs, and the issuer of workload identity tokens. */
export function createControlPlane(inputs: ClusterInputs, scope: ClusterScope) {
  const { cluster: id, getTags, options } = scope;
  const name = getName('eks-cluster', id);
  const key = createKey(scope);
  const { role, attachments } = createClusterRole(scope);
  // EKS would make the group itself, without retention, and leave it behind.
  const logs = new LogGroup(
    'logs',
    { name: getName('eks-log-group', id), retentionInDays: 30, tags: getTags('logs') },
    options,
  );
  const endpoint = planEndpoint(inputs.access, inputs.network.egressIps);
  const cluster = new Cluster(
    'cluster',
    {
      name,
      version: inputs.kubernetesVersion,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: inputs.network.nodeSubnets.map((subnet) => subnet.id),
        endpointPrivateAccess: endpoint.privateAccess,
        endpointPublicAccess: endpoint.publicAccess,
        ...(endpoint.publicCidrs === undefined ? {} : { publicAccessCidrs: endpoint.publicCidrs }),
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: inputs.serviceCidr, ipFamily: 'ipv4' },
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ['secrets'] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
      // The add-ons below come instead, configured before the first node.
      bootstrapSelfManagedAddons: false,
      enabledClusterLogTypes: LOG_TYPES,
      tags: getTags('cluster'),
    },
    { ...options, dependsOn: [...attachments, logs] },
  );
  const oidcIssuer = cluster.identities.apply((identities) => identities[0]?.oidcs?.[0]?.issuer ?? '');
  createIssuer(oidcIssuer, scope);
  return { cluster, oidcIssuer };
}

function createKey(scope: ClusterScope): Key {
  const key = new Key(
    'secrets',
    {
      description: `Kubernetes secrets of ${getName('eks-cluster', scope.cluster)}`,
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      tags: scope.getTags('secrets'),
    },
    scope.options,
  );
  const name = getName('kms-alias', scope.cluster, 'secrets');
  new Alias('secrets', { name, targetKeyId: key.keyId }, scope.options);
  return key;
}

/** Lets IAM trust the cluster's service accounts (IRSA), beside Pod Identity. */
function createIssuer(url: Output<string>, scope: ClusterScope): void {
  new OpenIdConnectProvider(
    'issuer',
    { url, clientIdLists: ['sts.amazonaws.com'], tags: scope.getTags('issuer') },
    scope.options,
  );
}
