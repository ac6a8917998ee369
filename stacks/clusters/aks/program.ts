// The programs of an AKS cluster's two cloud layers: they wire provider, plan and resources.

import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { Provider } from '@pulumi/azure-native/provider.js';
import { interpolate } from '@pulumi/pulumi';
import type { BaseInputs, ProviderProgram } from '../../contract.ts';
import { getAzureTags } from './tags.ts';
import { createControlPlane } from './cluster.ts';
import type { ClusterScope } from './scope.ts';
import { readServerFacts } from './credentials.ts';
import { grantRole } from './identities.ts';
import { createNetwork } from './network.ts';
import { planNetwork, planPools } from './plan.ts';
import { createPools } from './pools.ts';

/** Makes the resource group and virtual network of a cluster. */
export const networkProgram: ProviderProgram<'network'> = (inputs) => {
  const plan = planNetwork(inputs);
  const { group, network, subnet, address } = createNetwork(plan, {
    cluster: inputs.identity.cluster,
    location: inputs.region,
    tags: getAzureTags(inputs.identity),
    options: { provider: createProvider(inputs) },
  });
  return Promise.resolve({
    networkId: network.id,
    scope: group.name,
    nodeSubnets: [{ id: subnet.id, zone: null, cidr: plan.nodeCidr }],
    podSubnets: [],
    secondaryRanges: null,
    egressIps: [address.ipAddress.apply((ip) => ip ?? '')],
  });
};

/** Makes the control plane and node pools in the network of the layer before. */
export const clusterProgram: ProviderProgram<'cluster'> = (inputs) => {
  const plan = planPools(inputs);
  const scope: ClusterScope = {
    cluster: inputs.identity.cluster,
    location: inputs.region,
    resourceGroup: inputs.network.scope,
    subscription: getRequired(inputs.account.subscriptionId, 'subscriptionId'),
    tenant: getRequired(inputs.account.tenantId, 'tenantId'),
    nodeSubnetId: getRequired(inputs.network.nodeSubnets[0]?.id, 'nodeSubnets'),
    tags: getAzureTags(inputs.identity),
    options: { provider: createProvider(inputs) },
  };
  const cluster = createControlPlane(inputs, plan.system, scope);
  // With local accounts off, whoever provisions the cluster reaches it by this role alone.
  const caller = getClientConfigOutput({ provider: scope.options.provider });
  grantRole('administrator', 'clusterAdministrator', caller.objectId, cluster.id, scope);
  const pools = createPools(plan.others, cluster, inputs.kubernetesVersion, scope);
  const facts = readServerFacts(cluster, scope);
  return Promise.resolve({
    physicalName: cluster.name,
    endpoint: facts.endpoint,
    certificateAuthority: facts.certificateAuthority,
    oidcIssuer: cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? ''),
    kubernetesVersion: cluster.currentKubernetesVersion,
    nodePools: {
      [plan.system.pool]: interpolate`${cluster.id}/agentPools/${plan.system.name}`,
      ...Object.fromEntries([...pools].map(([pool, resource]) => [pool, resource.id])),
    },
    systemPool: plan.system.pool,
  });
};

/** The subscription is no secret; who may use it comes by the environment. */
function createProvider(inputs: BaseInputs): Provider {
  return new Provider('azure', {
    subscriptionId: getRequired(inputs.account.subscriptionId, 'subscriptionId'),
    location: inputs.region,
  });
}

function getRequired(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new Error(`the account lacks "${name}"`);
  return value;
}
