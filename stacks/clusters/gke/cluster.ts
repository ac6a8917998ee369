// The control plane of a GKE cluster: private nodes, Dataplane V2, workload identity, encrypted secrets.

import { Cluster } from '@pulumi/gcp/container/cluster.js';
import type { ClusterArgs } from '@pulumi/gcp/container/cluster.js';
import type { ClusterInputs } from '../../contract.ts';
import { getName } from './names.ts';
import { createKey } from './key.ts';
import { planApiAccess } from './plan.ts';
import type { ClusterScope } from './scope.ts';

/** Creates the regional control plane, without nodes: pools are resources of their own. */
export function createControlPlane(inputs: ClusterInputs, scope: ClusterScope): Cluster {
  const { cluster, project, region, labels, options } = scope;
  const { key, grant } = createKey(scope);
  return new Cluster(
    'cluster',
    {
      name: getName('gke-cluster', cluster),
      project,
      location: region,
      nodeLocations: inputs.zones,
      minMasterVersion: inputs.kubernetesVersion,
      // In a channel nodes follow the control plane by themselves.
      releaseChannel: { channel: 'REGULAR' },
      // The pool that every cluster starts with goes at once.
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      // The service protects a cluster itself; the provider's switch would only need one more update before each delete.
      deletionProtection: false,
      ...getNetworkArgs(inputs),
      ...getAccessArgs(inputs),
      workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
      databaseEncryption: { state: 'ENCRYPTED', keyName: key.id },
      enableShieldedNodes: true,
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      resourceLabels: labels,
    },
    { ...options, dependsOn: [grant] },
  );
}

function getNetworkArgs(inputs: ClusterInputs) {
  const ranges = inputs.network.secondaryRanges;
  const subnet = inputs.network.nodeSubnets[0];
  if (ranges === null || subnet === undefined) throw new Error('the network lacks the ranges that GKE needs');
  return {
    network: inputs.network.networkId,
    subnetwork: subnet.id,
    networkingMode: 'VPC_NATIVE',
    datapathProvider: 'ADVANCED_DATAPATH',
    ipAllocationPolicy: { clusterSecondaryRangeName: ranges.pods, servicesSecondaryRangeName: ranges.services },
  } satisfies Partial<ClusterArgs>;
}

function getAccessArgs(inputs: ClusterInputs) {
  const plan = planApiAccess(inputs.access);
  const cidrBlocks = plan.allowedCidrs?.map((cidrBlock) => ({ cidrBlock, displayName: cidrBlock }));
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: plan.privateEndpoint,
      ...(inputs.controlPlaneCidr === undefined ? {} : { masterIpv4CidrBlock: inputs.controlPlaneCidr }),
    },
    ...(cidrBlocks === undefined ? {} : { masterAuthorizedNetworksConfig: { cidrBlocks } }),
  } satisfies Partial<ClusterArgs>;
}
