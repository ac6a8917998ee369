// One cluster of each simulated cloud by the fewest calls, with the add-ons that people come in by.
import { mintAccess } from '../../services/access/kubeconfig/mint-kubeconfig.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { manifests, writeManifest } from '../../stacks/addons/manifests.ts';
import { getAddonsInputs } from '../stacks/fixtures.ts';
import { fetchSimulatedAuthority, readSecure } from './secure.ts';
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
};

type Made = { id: string; server: string };

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
    return { id, server: String(outputs['endpoint']) };
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
      ...more,
    });
    return { id, server: `https://${String(outputs['fqdn'])}` };
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
    return { id, server: `https://${String(outputs['endpoint'])}` };
  },
};

/** Makes a cluster; `more` are inputs of it. */
export async function makeCluster(
  cloud: TestAccount,
  provider: SimulatedProvider,
  { name = 'it', more = {} }: { name?: string; more?: Values } = {},
): Promise<StandingCluster> {
  const { id, server } = await makers[provider](cloud, name, more);
  const authority = await fetchSimulatedAuthority(cloud.simulator.url);
  const secret = { token: cloud.token };
  const credential = { id: cloud.account, provider: clouds[provider], simulated: true, attributes: {}, secret };
  return { provider, region: regions[provider], id, type: clusterTypes[provider], name, server, authority, credential };
}

/** What the minting of a kubeconfig for a cluster is asked with. */
export function describeMint({ name, region, server, authority, credential }: StandingCluster, now: Date) {
  const certificateAuthority = Buffer.from(authority).toString('base64');
  return { name, region, credential, now, outputs: { endpoint: server, certificateAuthority, physicalName: name } };
}

/** The token by which the product comes to the cluster. */
export async function mintOwnToken(cluster: StandingCluster, now: Date): Promise<string> {
  return (await mintAccess(describeMint(cluster, now))).access.token ?? '';
}

/** Applies the add-ons as whoever has the token. */
export async function applyAddons(cloud: TestAccount, cluster: StandingCluster, token: string): Promise<void> {
  for (const manifest of manifests) {
    const object = writeManifest(manifest, getAddonsInputs(cluster.provider));
    const config = { server: cluster.server, token };
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
