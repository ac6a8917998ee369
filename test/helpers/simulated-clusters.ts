// One cluster of each simulated cloud by the fewest calls, with the add-ons that people come in by.
import { randomUUID } from 'node:crypto';
import { mintAccess } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { manifests, writeManifest } from '../../stacks/addons/manifests.ts';
import { getAddonsInputs } from '../stacks/fixtures.ts';
import { readSecure } from './secure.ts';
import type { TestAccount } from './simulated-account.ts';

type Values = Record<string, unknown>;

/** A provider of clusters that is simulated. */
export type SimulatedProvider = 'eks' | 'aks' | 'gke';

/** A cluster that stands. */
export type StandingCluster = {
  provider: SimulatedProvider;
  region: string;
  /** The cloud's id and type of it. */
  id: string;
  type: string;
  name: string;
  /** Of its API server. */
  server: string;
  authority: string;
  credential: OpenCredential;
  simulatorUrl: string;
};

/** The authority is PEM in base64, as clouds say it. */
type Made = { id: string; server: string; authority: string };
type Kubeconfig = { clusters: { cluster: Record<string, string> }[] };

const decode = (encoded: string): string => Buffer.from(encoded, 'base64').toString();
const text = (values: unknown, key: string): string => String((values as Values)[key]);

const clusterTypes = {
  eks: 'aws:eks/cluster:Cluster',
  aks: 'azure-native:containerservice:ManagedCluster',
  gke: 'gcp:container/cluster:Cluster',
} as const;
const regions = { eks: 'eu-central-1', aks: 'westeurope', gke: 'europe-west1' } as const;
const clouds = { eks: 'aws', aks: 'azure', gke: 'gcp' } as const;
const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] });

/** Every simulated provider. */
export const simulatedProviders = Object.keys(regions) as SimulatedProvider[];

const makers: Record<SimulatedProvider, (cloud: TestAccount, name: string, more: Values) => Promise<Made>> = {
  async eks(cloud, name, more) {
    const config = { region: regions.eks };
    const make = (type: string, inputs: Values) => cloud.make(type, inputs, { config });
    const vpc = await make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnetIds: string[] = [];
    for (const [index, zone] of ['a', 'b'].entries()) {
      const place = { cidrBlock: `10.0.${index}.0/24`, availabilityZone: `${regions.eks}${zone}` };
      subnetIds.push((await make('aws:ec2/subnet:Subnet', { vpcId: vpc.id, ...place })).id);
    }
    const role = await make('aws:iam/role:Role', { name: `plane-${name}`, assumeRolePolicy: trust });
    const inputs = { name, version: '1.34', roleArn: role.outputs['arn'], vpcConfig: { subnetIds }, ...more };
    const { id, outputs } = await make(clusterTypes.eks, inputs);
    return { id, server: String(outputs['endpoint']), authority: text(outputs['certificateAuthority'], 'data') };
  },
  async aks(cloud, name, more) {
    const place = { resourceGroupName: `rg-${name}`, location: regions.aks };
    await cloud.make('azure-native:resources:ResourceGroup', place);
    const addressSpace = { addressPrefixes: ['10.0.0.0/16'] };
    await cloud.make('azure-native:network:VirtualNetwork', { ...place, virtualNetworkName: 'net', addressSpace });
    const inside = { resourceGroupName: place.resourceGroupName, virtualNetworkName: 'net', subnetName: 'nodes' };
    const subnet = await cloud.make('azure-native:network:Subnet', { ...inside, addressPrefix: '10.0.0.0/20' });
    const pool = { name: 'system', mode: 'System', count: 1, vmSize: 'Standard_D2s_v5', vnetSubnetID: subnet.id };
    const ranges = { podCidr: '100.64.0.0/16', serviceCidr: '10.128.0.0/20', dnsServiceIP: '10.128.0.10' };
    const { id, outputs } = await cloud.make(clusterTypes.aks, {
      ...place,
      resourceName: name,
      dnsPrefix: name,
      kubernetesVersion: '1.34',
      agentPoolProfiles: [pool],
      networkProfile: ranges,
      aadProfile: { managed: true, enableAzureRBAC: true },
      ...more,
    });
    await grantOnAzure(cloud, { principalId: cloud.identity.tenantId, scope: id });
    const named = { resourceGroupName: place.resourceGroupName, resourceName: name };
    const token = 'azure-native:containerservice:listManagedClusterUserCredentials';
    const { result } = await cloud.call<{ result: { kubeconfigs: { value: string }[] } }>('invoke', {
      token,
      args: named,
    });
    const kubeconfig = JSON.parse(decode(result.kubeconfigs[0]?.value ?? '')) as Kubeconfig;
    const authority = kubeconfig.clusters[0]?.cluster['certificate-authority-data'] ?? '';
    return { id, server: `https://${String(outputs['fqdn'])}`, authority };
  },
  async gke(cloud, name, more) {
    const location = regions.gke;
    await cloud.make('gcp:compute/network:Network', { name: `net-${name}` });
    await cloud.make('gcp:compute/subnetwork:Subnetwork', {
      name: `nodes-${name}`,
      region: location,
      network: `net-${name}`,
      ipCidrRange: '10.0.0.0/20',
      secondaryIpRanges: [
        { rangeName: 'pods', ipCidrRange: '100.64.0.0/16' },
        { rangeName: 'services', ipCidrRange: '10.128.0.0/20' },
      ],
    });
    const { id, outputs } = await cloud.make(clusterTypes.gke, {
      name,
      location,
      network: `net-${name}`,
      subnetwork: `nodes-${name}`,
      ipAllocationPolicy: { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' },
      deletionProtection: false,
      ...more,
    });
    const server = `https://${String(outputs['endpoint'])}`;
    return { id, server, authority: text(outputs['masterAuth'], 'clusterCaCertificate') };
  },
};

/** The roles of Azure for Kubernetes. */
export const azureRoles = {
  clusterAdmin: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
  admin: '3498e952-d568-435e-9b2c-8d77e338d7f7',
  writer: 'a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb',
  reader: '7f6c6a51-bcf8-42ba-9220-52d62157d7db',
} as const;

/** Gives a principal of the directory a role of Azure. */
export async function grantOnAzure(
  cloud: TestAccount,
  { principalId, scope, role = 'clusterAdmin' }: { principalId: string; scope: string; role?: keyof typeof azureRoles },
): Promise<string> {
  const made = await cloud.make('azure-native:authorization:RoleAssignment', {
    roleAssignmentName: randomUUID(),
    roleDefinitionId: `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`,
    principalId,
    principalType: 'ServicePrincipal',
    scope,
  });
  return made.id;
}

/** Makes a cluster; `more` are inputs of it. */
export async function makeCluster(
  cloud: TestAccount,
  provider: SimulatedProvider,
  { name = 'it', more = {} }: { name?: string; more?: Values } = {},
): Promise<StandingCluster> {
  const made = await makers[provider](cloud, name, more);
  const [{ id, server }, authority] = [made, decode(made.authority)];
  const secret = { token: cloud.token };
  const credential = { id: cloud.account, provider: clouds[provider], simulated: true, attributes: {}, secret };
  return {
    provider,
    region: regions[provider],
    id,
    type: clusterTypes[provider],
    name,
    server,
    authority,
    credential,
    simulatorUrl: cloud.simulator.url,
  };
}

/** What the minting of a kubeconfig for a cluster is asked with. */
export function describeMint(cluster: StandingCluster, now: Date) {
  const { name, region, server, authority, credential, simulatorUrl } = cluster;
  const certificateAuthority = Buffer.from(authority).toString('base64');
  const outputs = { endpoint: server, certificateAuthority, physicalName: name };
  return { name, region, credential, now, simulatorUrl, outputs };
}

/** The token by which the product comes to the cluster. */
export async function mintOwnToken(cluster: StandingCluster, now: Date): Promise<string> {
  return (await mintAccess(describeMint(cluster, now))).access.token ?? '';
}

/** Applies the add-ons as whoever has the token. */
export async function applyAddons(cloud: TestAccount, cluster: StandingCluster, token: string): Promise<void> {
  for (const manifest of manifests) {
    const object = writeManifest(manifest, getAddonsInputs(cluster.provider));
    const config = { server: cluster.server, token, upsertExistingObjects: true };
    await cloud.make(`kubernetes:${manifest.api}:${manifest.kind}`, object, { config });
  }
}

/** Asks the API server of a cluster. */
export async function askCluster(
  { server, authority }: StandingCluster,
  token: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Values }> {
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await readSecure(`${server}${path}`, { authority, token, method, body });
  return { status: answer.status, body: answer.text.startsWith('{') ? answer.json() : {} };
}

/** Whether somebody may do something in a cluster, as `kubectl auth can-i` asks it: `pods/log`, `deployments.apps`. */
export async function canI(
  cluster: StandingCluster,
  token: string,
  verb: string,
  what: string,
  namespace = '',
): Promise<boolean> {
  const [named = '', ...group] = what.split('.');
  const [resource, subresource] = named.split('/');
  const inner = subresource === undefined ? {} : { subresource };
  const resourceAttributes = { verb, resource, group: group.join('.'), namespace, ...inner };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { body } = await askCluster(cluster, token, path, { spec: { resourceAttributes } });
  return (body['status'] as { allowed?: boolean } | undefined)?.allowed === true;
}
