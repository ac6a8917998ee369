// The node pools of a GKE cluster and the service account that their nodes run as.

import type { Cluster } from '@pulumi/gcp/container/cluster.js';
import { NodePool } from '@pulumi/gcp/container/nodePool.js';
import type { NodePoolArgs } from '@pulumi/gcp/container/nodePool.js';
import { IAMMember } from '@pulumi/gcp/projects/iammember.js';
import { Account } from '@pulumi/gcp/serviceaccount/account.js';
import { interpolate } from '@pulumi/pulumi';
import type { Resource } from '@pulumi/pulumi';
import { getName } from './names.ts';
import type { ClusterScope } from './scope.ts';
import type { NodePoolPlan } from './plan.ts';

/** Logs, metrics and images: what a node itself needs, far less than the default account's editor role. */
const NODE_ROLES = { nodes: 'roles/container.defaultNodeServiceAccount', images: 'roles/artifactregistry.reader' };

/** Creates the pools; returns them by the pool's name. */
export function createNodePools(plans: NodePoolPlan[], cluster: Cluster, scope: ClusterScope): Map<string, NodePool> {
  const { account, grants } = createNodeAccount(scope);
  return new Map(plans.map((plan) => [plan.pool, createNodePool(plan, cluster, account, grants, scope)]));
}

function createNodeAccount(scope: ClusterScope): { account: Account; grants: Resource[] } {
  const { cluster, project, options } = scope;
  const accountId = getName('service-account', cluster, 'nodes');
  const account = new Account('nodes', { accountId, project, displayName: `Nodes of ${cluster}` }, options);
  const grants = Object.entries(NODE_ROLES).map(
    ([name, role]) =>
      new IAMMember(name, { project, role, member: interpolate`serviceAccount:${account.email}` }, options),
  );
  return { account, grants };
}

function createNodePool(
  plan: NodePoolPlan,
  cluster: Cluster,
  account: Account,
  grants: Resource[],
  scope: ClusterScope,
): NodePool {
  return new NodePool(
    plan.pool,
    {
      name: plan.name,
      project: scope.project,
      location: scope.region,
      cluster: cluster.name,
      nodeLocations: plan.zones,
      ...getSizeArgs(plan),
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
      nodeConfig: { ...getNodeArgs(plan), serviceAccount: account.email, resourceLabels: scope.labels },
    },
    {
      ...scope.options,
      dependsOn: grants,
      deleteBeforeReplace: true,
      // Of use at creation alone; a change would replace the pool.
      ignoreChanges: ['initialNodeCount'],
    },
  );
}

function getSizeArgs(plan: NodePoolPlan): Partial<NodePoolArgs> {
  const { size } = plan;
  if (size.kind === 'fixed') return { nodeCount: size.nodeCount };
  return {
    initialNodeCount: size.initialNodeCount,
    autoscaling: {
      totalMinNodeCount: size.totalMin,
      totalMaxNodeCount: size.totalMax,
      // Spot machines are where they are; others stay spread over the zones.
      locationPolicy: plan.spot ? 'ANY' : 'BALANCED',
    },
  };
}

function getNodeArgs(plan: NodePoolPlan) {
  return {
    machineType: plan.machineType,
    imageType: 'COS_CONTAINERD',
    spot: plan.spot,
    oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
    labels: plan.labels,
    taints: plan.taints,
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    workloadMetadataConfig: { mode: 'GKE_METADATA' },
    metadata: { 'disable-legacy-endpoints': 'true' },
    ...(plan.accelerator === undefined
      ? {}
      : { guestAccelerators: [{ ...plan.accelerator, gpuDriverInstallationConfig: { gpuDriverVersion: 'DEFAULT' } }] }),
  };
}
