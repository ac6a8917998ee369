// The programs of a GKE cluster's two cloud layers: they wire provider, plan and resources.

import { Provider } from '@pulumi/gcp/provider.js';
import type { BaseInputs, ProviderProgram } from '../../contract.ts';
import { getGcpLabels } from './labels.ts';
import { createControlPlane } from './cluster.ts';
import type { ClusterScope } from './scope.ts';
import { createNetwork } from './network.ts';
import { createNodePools } from './nodes.ts';
import { planNetwork, planNodePools } from './plan.ts';

/** Makes the network of a cluster. */
export const networkProgram: ProviderProgram<'network'> = (inputs) => {
  const plan = planNetwork(inputs);
  const { network, subnet, address } = createNetwork(plan, createScope(inputs));
  return Promise.resolve({
    networkId: network.selfLink,
    scope: inputs.account.project,
    nodeSubnets: [{ id: subnet.selfLink, zone: null, cidr: plan.nodeCidr }],
    podSubnets: [],
    secondaryRanges: { pods: plan.secondaryRanges.pods.name, services: plan.secondaryRanges.services.name },
    egressIps: [address.address],
  });
};

/** Makes the control plane and node pools in the network of the layer before. */
export const clusterProgram: ProviderProgram<'cluster'> = (inputs) => {
  const plans = planNodePools(inputs);
  const scope = createScope(inputs);
  const cluster = createControlPlane(inputs, scope);
  const pools = createNodePools(plans, cluster, scope);
  return Promise.resolve({
    physicalName: cluster.name,
    // GKE gives a bare address.
    endpoint: cluster.endpoint.apply((endpoint) => (endpoint.includes('://') ? endpoint : `https://${endpoint}`)),
    certificateAuthority: cluster.masterAuth.apply((auth) => auth.clusterCaCertificate ?? ''),
    oidcIssuer: cluster.name.apply(
      (name) =>
        `https://container.googleapis.com/v1/projects/${scope.project}/locations/${scope.region}/clusters/${name}`,
    ),
    kubernetesVersion: cluster.masterVersion,
    nodePools: Object.fromEntries([...pools].map(([pool, resource]) => [pool, resource.id])),
    systemPool: null,
  });
};

function createScope(inputs: BaseInputs): ClusterScope {
  const { project } = inputs.account;
  if (project === undefined || project === '') throw new Error('the account lacks "project"');
  return {
    cluster: inputs.identity.cluster,
    project,
    region: inputs.region,
    labels: getGcpLabels(inputs.identity),
    options: { provider: new Provider('gcp', { project, region: inputs.region }) },
  };
}
