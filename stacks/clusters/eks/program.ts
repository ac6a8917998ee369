// The programs of an EKS cluster's two cloud layers: they wire provider, plan and resources.

import { Provider } from '@pulumi/aws/provider.js';
import { getStack } from '@pulumi/pulumi';
import type { ProviderProgram } from '../../contract.ts';
import { getAwsTags } from './tags.ts';
import { createNodeAddons, createWorkloadAddons } from './addons.ts';
import { createControlPlane } from './cluster.ts';
import type { ClusterScope } from './scope.ts';
import { createNetwork } from './network.ts';
import { createNodeGroups } from './nodes.ts';
import { planNetwork, planNodeGroups } from './plan.ts';

/** Makes the VPC of a cluster. */
export const networkProgram: ProviderProgram<'network'> = (inputs) => {
  const plan = planNetwork(inputs);
  const options = { provider: new Provider('aws', { region: inputs.region }) };
  const getTags = (name: string) => getAwsTags(inputs.identity, { stack: getStack(), name });
  const { vpc, zones } = createNetwork(plan, { cluster: inputs.identity.cluster, getTags, options });
  return Promise.resolve({
    networkId: vpc.id,
    scope: vpc.ownerId,
    nodeSubnets: zones.map(({ zone, nodes }) => ({ id: nodes.id, zone, cidr: nodes.cidrBlock })),
    podSubnets: zones.map(({ zone, pods }) => ({ id: pods.id, zone, cidr: pods.cidrBlock })),
    secondaryRanges: null,
    egressIps: zones.map(({ address }) => address.publicIp),
  });
};

/** Makes the control plane, its add-ons and node groups in the network of the layer before. */
export const clusterProgram: ProviderProgram<'cluster'> = (inputs) => {
  const plans = planNodeGroups(inputs);
  const scope: ClusterScope = {
    cluster: inputs.identity.cluster,
    region: inputs.region,
    getTags: (name) => getAwsTags(inputs.identity, { stack: getStack(), name }),
    inheritedTags: getAwsTags(inputs.identity),
    options: { provider: new Provider('aws', { region: inputs.region }) },
  };
  const { cluster, oidcIssuer } = createControlPlane(inputs, scope);
  const addons = createNodeAddons(cluster, inputs.network.podSubnets, scope);
  const groups = createNodeGroups(plans, cluster, inputs.network.nodeSubnets, addons, scope);
  createWorkloadAddons(cluster, [...groups.values()], scope);
  return Promise.resolve({
    physicalName: cluster.name,
    endpoint: cluster.endpoint,
    certificateAuthority: cluster.certificateAuthority.apply((authority) => authority.data),
    oidcIssuer,
    kubernetesVersion: cluster.version,
    nodePools: Object.fromEntries([...groups].map(([pool, group]) => [pool, group.id])),
    systemPool: null,
  });
};
