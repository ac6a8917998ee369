// What the kubeconfig that AKS hands out says about the API server: its address and its certificate authority.

import { listManagedClusterUserCredentialsOutput } from '@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js';
import type { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import { unsecret } from '@pulumi/pulumi';
import type { Output } from '@pulumi/pulumi';
import { parse } from 'yaml';
import type { ClusterScope } from './scope.ts';

/** Where the API server answers and who signs its certificate; both are public. */
export type ServerFacts = { endpoint: string; certificateAuthority: string };

/** Reads the facts of a cluster. The kubeconfig itself never becomes an output. */
export function readServerFacts(cluster: ManagedCluster, scope: ClusterScope): Output<ServerFacts> {
  const credentials = listManagedClusterUserCredentialsOutput(
    { resourceGroupName: scope.resourceGroup, resourceName: cluster.name },
    { ...scope.options, dependsOn: [cluster] },
  );
  return unsecret(credentials.apply(({ kubeconfigs }) => parseServerFacts(kubeconfigs[0]?.value ?? '')));
}

/** Takes the facts out of a kubeconfig in base64; throws when there are none. */
export function parseServerFacts(encoded: string): ServerFacts {
  type Kubeconfig = { clusters?: { cluster?: { server?: string; 'certificate-authority-data'?: string } }[] };
  const kubeconfig = parse(Buffer.from(encoded, 'base64').toString('utf8')) as Kubeconfig | null;
  const cluster = kubeconfig?.clusters?.[0]?.cluster;
  if (cluster?.server === undefined) throw new Error('AKS handed out a kubeconfig without a server');
  // AKS writes `https://name:443`; the port says nothing.
  const endpoint = cluster.server.replace(/^(https:\/\/.*):443\/?$/, '$1');
  return { endpoint, certificateAuthority: cluster['certificate-authority-data'] ?? '' };
}
