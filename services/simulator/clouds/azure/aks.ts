// AKS clusters and agent pools.
import { getBlock, overlaps, parseBlock } from '../../../domain/cidr.ts';
import { describeSimulatedAccount } from '../../../domain/simulated-account.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import type { CloudContext } from '../resource-type.ts';
import { spreadNodes, type ControlPlane, type NodePoolNeed } from '../control-plane.ts';
import { countMinors, findExactVersion, getDefaultVersion, isMachine, listVersions } from '../facts.ts';
import { hex, known, list, object, text } from '../values.ts';
import { azureError } from './errors.ts';
import { groupedType } from './grouped-type.ts';
import { getById } from './resource-ids.ts';
import { CLUSTER, IDENTITY, POOL, SUBNET, VAULT_KEY } from './tokens.ts';

/** Judges an agent pool, inline or not. */
export function checkPool(context: CloudContext, pool: Values, name: string): void {
  if (!/^[a-z][a-z0-9]{0,11}$/.test(name)) {
    const message = `The agent pool name '${name}' is invalid. Linux pool names are 1 to 12 lower-case alphanumeric characters starting with a letter.`;
    throw azureError(400, 'InvalidParameter', message);
  }
  const size = text(pool, 'vmSize');
  if (size && !isMachine('aks', size)) {
    const message = `Virtual Machine size: '${size}' is not supported for subscription ${context.identity.subscriptionId} in location '${context.region}'.`;
    throw azureError(400, 'VMSizeNotSupported', message);
  }
  const [min, max, count] = [Number(pool['minCount']), Number(pool['maxCount']), Number(pool['count'])];
  if (pool['enableAutoScaling'] === true && (!(min <= max) || !(count >= min && count <= max))) {
    const message = `Agent pool '${name}': count ${count} must be between minCount ${min} and maxCount ${max}.`;
    throw azureError(400, 'InvalidParameter', message);
  }
  const subnet = text(pool, 'vnetSubnetID');
  if (subnet) getById(context, SUBNET, subnet);
}

/** Services, pods and the virtual network may not meet, and DNS lives among the services. */
function checkNetwork(context: CloudContext, inputs: Values): void {
  const profile = object(inputs, 'networkProfile');
  const [pods, services] = [text(profile, 'podCidr'), text(profile, 'serviceCidr')];
  const ranges = [pods, services].filter(Boolean).map((cidr) => {
    const block = parseBlock(cidr);
    if (!block) throw azureError(400, 'InvalidCIDR', `The CIDR '${cidr}' is invalid.`);
    return block;
  });
  const [one, other] = ranges;
  if (one && other && overlaps(one, other)) {
    throw azureError(
      400,
      'ServiceCidrOverlapPodCidr',
      `The specified service CIDR ${services} conflicts with pod CIDR ${pods}.`,
    );
  }
  for (const pool of list(inputs, 'agentPoolProfiles')) {
    const subnet = context.find(SUBNET, text(pool, 'vnetSubnetID'));
    const nodes = subnet && getBlock(text(subnet.inputs, 'addressPrefix'));
    if (!nodes || !ranges.some((range) => overlaps(range, nodes))) continue;
    const message = `The specified service CIDR ${services} is conflicted with an existing subnet CIDR ${text(subnet.inputs, 'addressPrefix')}`;
    throw azureError(400, 'ServiceCidrOverlapExistingSubnetsCidr', message);
  }
  const dns = parseBlock(`${text(profile, 'dnsServiceIP')}/32`);
  const service = parseBlock(services);
  if (dns && service && (dns.first < service.first || dns.last > service.last)) {
    const message = `dnsServiceIP ${text(profile, 'dnsServiceIP')} is not within serviceCidr ${services}`;
    throw azureError(400, 'DnsServiceIpOutOfServiceCidr', message);
  }
}

function checkIdentities(context: CloudContext, inputs: Values): void {
  const own = object(inputs, 'identity')['userAssignedIdentities'];
  const kubelet = text(object(object(inputs, 'identityProfile'), 'kubeletidentity'), 'resourceId');
  const ids = Array.isArray(own) ? (own as string[]) : Object.keys((own ?? {}) as object);
  for (const id of [...ids, kubelet].filter(Boolean)) getById(context, IDENTITY, id);
  const kms = object(object(inputs, 'securityProfile'), 'azureKeyVaultKms');
  const keyId = text(kms, 'keyId');
  const isKnown = context.list(VAULT_KEY).some((key) => text(key.outputs, 'keyUriWithVersion') === keyId);
  if (kms['enabled'] === true && !isKnown) {
    throw azureError(400, 'KeyVaultKeyNotFound', `The key '${keyId}' of azureKeyVaultKms could not be found.`);
  }
}

/** The exact version that is meant, or a refusal. */
export function checkVersion(version: string, code: string): string {
  const exact = findExactVersion('aks', version);
  if (exact) return exact;
  const message = `Managed cluster is on version ${version}, which is not supported in this region. Please use [az aks get-versions] command to get the supported version list. Supported: ${listVersions('aks').join(', ')}`;
  throw azureError(400, code, message);
}

/** The nodes of an agent pool, inline or not. */
export function needNodes(pool: Values, name: string, location: string): NodePoolNeed {
  const zones = list<string>(pool, 'availabilityZones').map((zone) => `${location}-${zone}`);
  const taints = list<string>(pool, 'nodeTaints').map((taint) => {
    const [, key = taint, value = '', effect = ''] = /^([^=]+)=([^:]*):(.+)$/.exec(taint) ?? [];
    return { key, value, effect };
  });
  const node = {
    machineType: text(pool, 'vmSize'),
    labels: object(pool, 'nodeLabels') as Record<string, string>,
    taints,
  };
  // A pool that names no zones stands where there is room, which the node calls zone 0.
  const nodes = spreadNodes(Number(pool['count'] ?? 1), zones.length > 0 ? zones : ['0'], node);
  const version = text(pool, 'orchestratorVersion');
  return { name, nodes, ...(version ? { version: findExactVersion('aks', version) ?? version } : {}) };
}

/** What AKS answers about an agent pool. */
export function poolStatus(pool: Values, version: string): Values {
  return {
    count: 1,
    ...pool,
    ...(text(pool, 'orchestratorVersion') ? {} : { orchestratorVersion: version }),
    currentOrchestratorVersion: version,
    nodeImageVersion: 'AKSUbuntu-2204gen2containerd-202611.01.0',
    powerState: { code: 'Running' },
    provisioningState: 'Succeeded',
    eTag: `W/"${hex(8)}"`,
    osDiskType: pool['osDiskType'] ?? 'Managed',
    maxPods: pool['maxPods'] ?? 250,
  };
}

const cluster = groupedType({
  token: CLUSTER,
  path: 'Microsoft.ContainerService/managedClusters/{resourceName}',
  replaceOn: [
    'dnsPrefix',
    'nodeResourceGroup',
    'networkProfile.podCidr',
    'networkProfile.serviceCidr',
    'networkProfile.dnsServiceIP',
    'networkProfile.outboundType',
    'networkProfile.networkPlugin',
    'apiServerAccessProfile.enablePrivateCluster',
  ],
  seconds: { create: 300, update: 240, delete: 240 },
  whileCreating: { provisioningState: 'Creating', fqdn: '', powerState: { code: 'Running' } },
  controlPlane: {
    need: (cluster) => ({
      version: text(cluster.outputs, 'currentKubernetesVersion'),
      pools: list(cluster.inputs, 'agentPoolProfiles').map((pool) =>
        needNodes(pool, text(pool, 'name'), cluster.region),
      ),
    }),
    outputs: planeOutputs,
    lost: { provisioningState: 'Failed' },
  },
  validate(inputs) {
    const name = known(inputs, 'resourceName');
    if (name === undefined || /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/.test(name)) return [];
    return [
      {
        property: 'resourceName',
        reason: `Code="InvalidResourceName" Message="The cluster name '${name}' is invalid."`,
      },
    ];
  },
  quotas: (context, inputs) => [
    {
      quota: `containerservice/clusters/${text(inputs, 'location') || context.region}`,
      limit: 100,
      used: context.list(CLUSTER).length,
      amount: 1,
      refuse: (limit) => {
        const message = `Provisioning of managed cluster would exceed the limit of ${limit} clusters in this region.`;
        return azureError(400, 'ManagedClusterCountExceedsQuotaLimit', message);
      },
    },
  ],
  capacity: ({ name }) => {
    const message = `Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Cluster ${String(name)}.`;
    return azureError(409, 'AllocationFailed', message, true);
  },
  make(context, inputs, { name, location }) {
    const pools = list(inputs, 'agentPoolProfiles');
    if (!pools.some((pool) => text(pool, 'mode') === 'System')) {
      throw azureError(400, 'InvalidParameter', 'At least one agent pool with mode System is required.');
    }
    for (const pool of pools) checkPool(context, pool, text(pool, 'name'));
    checkNetwork(context, inputs);
    checkIdentities(context, inputs);
    const version = checkVersion(
      text(inputs, 'kubernetesVersion') || getDefaultVersion('aks'),
      'K8sVersionNotSupported',
    );
    return {
      kubernetesVersion: text(inputs, 'kubernetesVersion') || version,
      currentKubernetesVersion: version,
      agentPoolProfiles: pools.map((pool) => poolStatus(pool, version)),
      ...clusterOutputs(context, inputs, name, location),
    };
  },
  update: updateCluster,
  remove(context, resource) {
    for (const pool of context.list(POOL)) if (pool.id.startsWith(`${resource.id}/`)) context.cascade(pool);
  },
});

function planeOutputs({ account, region, inputs }: Resource, plane: ControlPlane): Values {
  const isPrivate = object(inputs, 'apiServerAccessProfile')['enablePrivateCluster'] === true;
  const enabled = object(inputs, 'oidcIssuerProfile')['enabled'] === true;
  const { tenantId } = describeSimulatedAccount(account);
  const issuerURL = `https://${region}.oic.prod-aks.azure.com/${tenantId}/${plane.id}/`;
  return {
    provisioningState: 'Succeeded',
    fqdn: plane.authority,
    azurePortalFQDN: plane.authority,
    ...(isPrivate ? { privateFQDN: plane.authority } : {}),
    ...(enabled ? { oidcIssuerProfile: { enabled, issuerURL } } : {}),
    resourceUID: plane.id,
  };
}

function clusterOutputs(context: CloudContext, inputs: Values, name: string, location: string): Values {
  const identity = object(inputs, 'identity');
  const ids = list<string>(identity, 'userAssignedIdentities');
  const described = ids.map((id) => {
    const found = context.find(IDENTITY, id);
    return [id, { clientId: found?.outputs['clientId'], principalId: found?.outputs['principalId'] }] as const;
  });
  const group = text(inputs, 'resourceGroupName');
  return {
    provisioningState: 'Succeeded',
    powerState: { code: 'Running' },
    maxAgentPools: 100,
    enableRBAC: inputs['enableRBAC'] ?? true,
    nodeResourceGroup: text(inputs, 'nodeResourceGroup') || `MC_${group}_${name}_${location}`,
    eTag: `W/"${hex(8)}"`,
    ...(inputs['identity'] ? { identity: { ...identity, userAssignedIdentities: Object.fromEntries(described) } } : {}),
  };
}

function updateCluster(context: CloudContext, resource: Resource, inputs: Values): Values {
  const from = text(resource.outputs, 'currentKubernetesVersion');
  const asked = text(inputs, 'kubernetesVersion') || from;
  const version = asked === from ? from : checkVersion(asked, 'K8sVersionNotSupported');
  const minors = countMinors(from, version);
  if (minors < 0 || minors > 1) {
    const message = `Upgrading Kubernetes version ${from} to ${version} is not allowed: minor versions cannot be skipped or gone back.`;
    throw azureError(400, 'OperationNotAllowed', message);
  }
  const kept = list(resource.inputs, 'agentPoolProfiles').map((pool) => text(pool, 'name'));
  const stray = list(inputs, 'agentPoolProfiles').find((pool) => !kept.includes(text(pool, 'name')));
  if (stray) {
    const message = `A new agent pool was introduced: ${text(stray, 'name')}. Adding agent pools to an existing cluster is not allowed through managed cluster operations.`;
    throw azureError(400, 'InvalidParameter', message);
  }
  for (const pool of list(inputs, 'agentPoolProfiles')) checkPool(context, pool, text(pool, 'name'));
  return {
    ...clusterOutputs(context, inputs, resource.name, resource.region),
    currentKubernetesVersion: version,
    agentPoolProfiles: list(inputs, 'agentPoolProfiles').map((pool) => poolStatus(pool, version)),
  };
}

/** The types of this file. */
export const aksTypes = [cluster];
