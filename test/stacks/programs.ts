// The contract of all layers: every provider takes the same inputs and hands back the same outputs, and every resource
// has what Fleetyard promises of it.

import { test } from 'tap';
import type { NetworkOutputs } from '../../stacks/contract.ts';
import { clusterProviders, type LayerOutputs, type StackProvider } from '../../stacks/registry.ts';
import {
  account,
  getAddonsInputs,
  getClusterInputs,
  getMembershipInputs,
  getNetworkInputs,
  identity,
  ownTags,
  places,
} from './fixtures.ts';
import { getOfType, listOfType, readInput, recordProgram } from './record-program.ts';
import type { RecordedResource, Recording } from './record-program.ts';

const PROVIDERS: StackProvider[] = ['eks', 'aks', 'gke'];

type Recordings = { network: Recording<'network'>; cluster: Recording<'cluster'> };

// Mocks are one for a process, so the programs run one after the other, once for all tests.
const recordings = new Map<StackProvider, Recordings>();
for (const provider of PROVIDERS) {
  const network = await recordProgram(provider, 'network', getNetworkInputs(provider));
  const cluster = await recordProgram(provider, 'cluster', getClusterInputs(provider, network.outputs));
  recordings.set(provider, { network, cluster });
}
const addons = await recordProgram('eks', 'addons', getAddonsInputs('eks'));
const lastAddons = await recordProgram('eks', 'addons', getAddonsInputs('eks', true));
const kubeconfigs = { member: '/run/step/member.kubeconfig', hub: '/run/step/hub.kubeconfig' };
const membership = await recordProgram('eks', 'membership', getMembershipInputs('eks', kubeconfigs));

function getRecordings(provider: StackProvider): Recordings {
  const recorded = recordings.get(provider);
  if (recorded === undefined) throw new Error(`${provider} was not recorded`);
  return recorded;
}

function listAll(provider: StackProvider): RecordedResource[] {
  const { network, cluster } = getRecordings(provider);
  return [...network.resources, ...cluster.resources];
}

const NETWORK_KEYS: (keyof NetworkOutputs)[] = [
  'networkId',
  'scope',
  'nodeSubnets',
  'podSubnets',
  'secondaryRanges',
  'egressIps',
];
const CLUSTER_KEYS: (keyof LayerOutputs['cluster'])[] = [
  'physicalName',
  'endpoint',
  'certificateAuthority',
  'oidcIssuer',
  'kubernetesVersion',
  'nodePools',
  'systemPool',
];

for (const provider of PROVIDERS) {
  test(`${provider} hands back what the contract says`, async (t) => {
    const { network, cluster } = getRecordings(provider);
    t.strictSame(Object.keys(network.outputs).sort(), NETWORK_KEYS.toSorted());
    t.strictSame(Object.keys(cluster.outputs).sort(), CLUSTER_KEYS.toSorted());
    t.match(network.outputs, { networkId: /./, scope: /./, egressIps: [/^203\.0\.113\./] });
    t.ok(network.outputs.nodeSubnets.every((subnet) => subnet.id !== '' && subnet.cidr.startsWith('10.20.')));
    t.match(cluster.outputs, {
      physicalName: 'fy-8q4t6r2y1z',
      endpoint: /^https:\/\//,
      certificateAuthority: 'Y2E=',
      oidcIssuer: /^https:\/\//,
      kubernetesVersion: /^1\.35/,
    });
    t.strictSame(Object.keys(cluster.outputs.nodePools).sort(), ['batch-spot-workers', 'general', 'gpu']);
  });

  test(`${provider} constructs every resource at once`, async (t) => {
    const { network, cluster } = getRecordings(provider);
    t.equal(network.resources.length, network.constructed);
    t.equal(cluster.resources.length, cluster.constructed);
  });

  test(`${provider} gives every resource that can carry tags all of them`, async (t) => {
    for (const resource of listAll(provider).filter(isTaggable)) {
      const tags = (resource.inputs['tags'] ??
        resource.inputs['labels'] ??
        resource.inputs['resourceLabels']) as object;
      const name = `${resource.type} ${resource.name}`;
      t.match(tags, { 'fleetyard-project': identity.project, 'fleetyard-cluster': identity.cluster }, name);
      t.match(Object.entries(tags).join().toLowerCase(), /team,payments/, name);
    }
  });

  test(`${provider} keeps credentials out of every input`, async (t) => {
    const text = JSON.stringify(listAll(provider).map(({ inputs }) => inputs));
    t.notMatch(text, /clientSecret|accessKey|secretKey|privateKey|password|credentials/i);
  });

  test(`${provider} gives every resource a name of its own choosing`, async (t) => {
    const nameless = listAll(provider).filter(
      (resource) => !NAMELESS.test(resource.type) && findName(resource) === undefined,
    );
    t.strictSame(
      nameless.map(({ type }) => type),
      [],
    );
  });

  test(`${provider} can have every resource found after a crash`, async (t) => {
    const { planAdoption } = clusterProviders[provider].recovery;
    const context = { stack: 'sk_1', region: places[provider].region, account };
    for (const { type, name, inputs } of listAll(provider)) {
      t.doesNotThrow(() => planAdoption({ urn: `urn::${name}`, type, inputs }, context), type);
    }
  });
}

/** Types that AWS tells apart by id only, and those that are relations. */
const NAMELESS =
  /ec2\/(vpc|subnet|internetGateway|eip|natGateway|route|routeTable|routeTableAssociation|vpcIpv4)|Attachment|kms\/key:|openId|IAMMember|iAMMember|podIdentityAssociation/;

function findName({ inputs }: RecordedResource): unknown {
  const key = Object.keys(inputs).find((name) => /^(name|addonName|nodeGroupName|accountId|\w+Name)$/.test(name));
  return key === undefined ? undefined : inputs[key];
}

function isTaggable({ type }: RecordedResource): boolean {
  const without =
    /Association:RouteTableAssociation|VpcIpv4CidrBlockAssociation|ec2\/route:|RolePolicyAttachment|kms\/alias|network:Subnet|RoleAssignment/;
  if (type.startsWith('gcp:')) return /address:|cryptoKey:|container\/cluster:/.test(type);
  return !without.test(type);
}

test('EKS nodes and pods live in private subnets over three zones, each with a way out', async (t) => {
  const { network } = getRecordings('eks');
  const subnets = listOfType(network, ':Subnet');
  t.equal(subnets.length, 9);
  t.ok(subnets.every((subnet) => readInput(subnet, 'mapPublicIpOnLaunch') === false));
  t.strictSame([...new Set(subnets.map((subnet) => readInput(subnet, 'availabilityZone')))], places.eks.zones);
  t.equal(listOfType(network, ':NatGateway').length, 3);
  const toNat = listOfType(network, ':Route').filter((route) => readInput(route, 'natGatewayId') !== undefined);
  t.equal(toNat.length, 3);
  t.equal(listOfType(network, ':RouteTableAssociation').length, 9);
  t.match(
    listOfType(network, 'VpcIpv4CidrBlockAssociation').map((block) => readInput(block, 'cidrBlock')),
    ['100.64.0.0/16'],
  );
});

test('an EKS control plane has encrypted secrets, logs, both endpoints and workload identity', async (t) => {
  const { cluster } = getRecordings('eks');
  const control = getOfType(cluster, ':Cluster');
  t.match(control.inputs, {
    version: '1.35',
    vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ['198.51.100.0/24'] },
    encryptionConfig: { provider: { keyArn: /^arn:aws:kms/ }, resources: ['secrets'] },
    kubernetesNetworkConfig: { serviceIpv4Cidr: '10.96.0.0/20' },
    accessConfig: { authenticationMode: 'API' },
    bootstrapSelfManagedAddons: false,
  });
  t.equal(readInput(getOfType(cluster, ':LogGroup'), 'name'), '/aws/eks/fy-8q4t6r2y1z/cluster');
  t.match(getOfType(cluster, ':OpenIdConnectProvider').inputs, { clientIdLists: ['sts.amazonaws.com'] });
  const identities = listOfType(cluster, ':PodIdentityAssociation').map((one) => readInput(one, 'serviceAccount'));
  t.strictSame(identities.toSorted(), ['aws-node', 'ebs-csi-controller-sa']);
  const policies = listOfType(cluster, ':RolePolicyAttachment').filter((one) => one.name.startsWith('nodes-'));
  t.notOk(
    policies.some((one) => /CNI/.test(one.name)),
    'nodes do not carry the rights of the network plugin',
  );
});

test('the EKS network plugin gets a subnet of pods for each zone', async (t) => {
  const cni = listOfType(getRecordings('eks').cluster, ':Addon').find((addon) => addon.name === 'vpc-cni');
  const configuration = JSON.parse(String(readInput(cni, 'configurationValues'))) as {
    env: Record<string, string>;
    eniConfig: { create: boolean; subnets: Record<string, { id: string }> };
  };
  t.equal(configuration.env['AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'], 'true');
  t.equal(configuration.eniConfig.create, true);
  t.strictSame(
    Object.values(configuration.eniConfig.subnets).map(({ id }) => id),
    places.eks.zones.map((zone) => `pods-${zone}-id`),
  );
});

test('EKS nodes have encrypted disks and no metadata service of the first version', async (t) => {
  const { cluster } = getRecordings('eks');
  for (const template of listOfType(cluster, ':LaunchTemplate')) {
    t.match(template.inputs, {
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ ebs: { encrypted: 'true', deleteOnTermination: 'true' } }],
    });
  }
  const groups = new Map(listOfType(cluster, ':NodeGroup').map((group) => [group.name, group]));
  t.match(groups.get('general')?.inputs, { scalingConfig: { minSize: 3, maxSize: 9 }, labels: { tier: 'general' } });
  t.match(groups.get('batch-spot-workers')?.inputs, {
    capacityType: 'SPOT',
    taints: [{ key: 'batch', effect: 'NO_SCHEDULE' }],
  });
  t.match(groups.get('gpu')?.inputs, { amiType: 'AL2023_x86_64_NVIDIA', subnetIds: ['nodes-eu-central-1a-id'] });
});

test('an AKS cluster runs in an overlay behind a NAT gateway, with Entra alone to let people in', async (t) => {
  const { network, cluster } = getRecordings('aks');
  t.match(getOfType(network, ':Subnet').inputs, { natGateway: { id: /./ }, defaultOutboundAccess: false });
  const control = getOfType(cluster, ':ManagedCluster');
  t.match(control.inputs, {
    networkProfile: {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      outboundType: 'userAssignedNATGateway',
      podCidr: '100.64.0.0/16',
      serviceCidr: '10.96.0.0/20',
      dnsServiceIP: '10.96.0.10',
    },
    apiServerAccessProfile: { authorizedIPRanges: ['198.51.100.0/24', '203.0.113.8/32'] },
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true }, azureKeyVaultKms: { enabled: true, keyId: /^https:/ } },
    disableLocalAccounts: true,
    agentPoolProfiles: [
      { name: 'general', mode: 'System', minCount: 3, maxCount: 9, availabilityZones: ['1', '2', '3'] },
    ],
  });
  const pools = new Map(listOfType(cluster, ':AgentPool').map((pool) => [pool.name, pool]));
  t.match(pools.get('batch-spot-workers')?.inputs, {
    scaleSetPriority: 'Spot',
    spotMaxPrice: -1,
    enableAutoScaling: true,
  });
  t.match(pools.get('gpu')?.inputs, { gpuProfile: { driver: 'Install' }, count: 1, enableAutoScaling: false });
  const assignments = listOfType(cluster, ':RoleAssignment').map((one) => readInput(one, 'roleAssignmentName'));
  t.equal(new Set(assignments).size, 4);
  t.notOk('kubeconfig' in cluster.outputs);
});

test('a GKE cluster has private nodes, Dataplane V2, workload identity and an encrypted database', async (t) => {
  const { network, cluster } = getRecordings('gke');
  t.match(getOfType(network, ':Subnetwork').inputs, {
    privateIpGoogleAccess: true,
    secondaryIpRanges: [{ ipCidrRange: '100.64.0.0/16' }, { ipCidrRange: '10.96.0.0/20' }],
  });
  t.match(getOfType(network, ':RouterNat').inputs, { natIpAllocateOption: 'MANUAL_ONLY' });
  t.match(getOfType(cluster, ':Cluster').inputs, {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: false,
      masterIpv4CidrBlock: '172.16.0.0/28',
    },
    masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: '198.51.100.0/24' }] },
    datapathProvider: 'ADVANCED_DATAPATH',
    workloadIdentityConfig: { workloadPool: 'fleetyard-test.svc.id.goog' },
    databaseEncryption: { state: 'ENCRYPTED', keyName: /./ },
    removeDefaultNodePool: true,
    deletionProtection: false,
  });
  t.match(
    readInput(getOfType(cluster, ':CryptoKeyIAMMember'), 'member'),
    /^serviceAccount:service-424242@container-engine-robot/,
  );
  const pools = new Map(listOfType(cluster, ':NodePool').map((pool) => [pool.name, pool]));
  t.match(pools.get('general')?.inputs, { autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 9 } });
  t.match(pools.get('batch-spot-workers')?.inputs, { nodeConfig: { spot: true, taints: [{ effect: 'NO_SCHEDULE' }] } });
  t.match(pools.get('gpu')?.inputs, { nodeConfig: { guestAccelerators: [{ type: 'nvidia-l4', count: 1 }] } });
  t.ok([...pools.values()].every((pool) => /nodes@/.test(String(readInput(pool, 'nodeConfig.serviceAccount')))));
});

test('the add-ons let viewers, operators and admins in, each with a right that every cluster knows', async (t) => {
  const made = addons.resources.map(({ type, inputs }) => {
    const { name, namespace } = inputs['metadata'] as { name: string; namespace?: string };
    const role = (inputs['roleRef'] as { name: string } | undefined)?.name;
    return [type.split(':').at(-1), namespace, name, role].filter(Boolean).join(' ');
  });
  t.strictSame(made.toSorted(), [
    'ClusterRoleBinding fleetyard-admin cluster-admin',
    'ClusterRoleBinding fleetyard-operator edit',
    'ClusterRoleBinding fleetyard-viewer view',
    'Namespace fleetyard-system',
    'ServiceAccount fleetyard-system fleetyard-admin',
    'ServiceAccount fleetyard-system fleetyard-operator',
    'ServiceAccount fleetyard-system fleetyard-viewer',
  ]);
  for (const binding of listOfType(addons, ':ClusterRoleBinding')) {
    const { name } = binding.inputs['metadata'] as { name: string };
    t.match(binding.inputs['subjects'], [{ kind: 'ServiceAccount', name, namespace: 'fleetyard-system' }]);
  }
  for (const { name, inputs } of addons.resources) {
    const { labels } = inputs['metadata'] as { labels: Record<string, string> };
    t.match(labels, { ...ownTags, 'app.kubernetes.io/managed-by': 'fleetyard' }, name);
  }
  t.strictSame(addons.outputs, {
    namespace: 'fleetyard-system',
    accounts: { viewer: 'fleetyard-viewer', operator: 'fleetyard-operator', admin: 'fleetyard-admin' },
  });
});

test('only add-ons whose cluster goes with them are taken for gone when nobody answers', async (t) => {
  const readProvider = ({ providers }: typeof addons) => providers[0]?.inputs;
  t.match(readProvider(lastAddons), {
    clusterIdentifier: identity.cluster,
    upsertExistingObjects: 'true',
    deleteUnreachable: 'true',
  });
  t.notOk('deleteUnreachable' in (readProvider(addons) ?? {}));
});

test('a membership makes what a join of Karmada makes', async (t) => {
  const made = membership.resources.map(({ type, inputs }) => {
    const metadata = inputs['metadata'] as { name?: string } | undefined;
    return `${type.split(':').at(-1)} ${metadata?.name ?? ''}`.trim();
  });
  t.strictSame(made.toSorted(), [
    'Cluster payments-eu',
    'ClusterRole karmada-controller-manager:karmada-payments-eu',
    'ClusterRoleBinding karmada-controller-manager:karmada-payments-eu',
    'Namespace',
    'Namespace karmada-cluster',
    'Namespace karmada-cluster',
    'Secret karmada-impersonator',
    'Secret karmada-payments-eu',
    'Secret payments-eu',
    'Secret payments-eu-impersonator',
    'ServiceAccount karmada-impersonator',
    'ServiceAccount karmada-payments-eu',
  ]);
  t.match(readInput(getOfType(membership, ':Cluster'), 'spec'), {
    syncMode: 'Push',
    apiEndpoint: 'https://member.example',
    id: 'uid-of-kube-system',
    secretRef: { namespace: 'karmada-cluster', name: 'payments-eu' },
    impersonatorSecretRef: { namespace: 'karmada-cluster', name: 'payments-eu-impersonator' },
    region: 'eu-central-1',
    zones: places.eks.zones,
    taints: [{ key: 'only', value: 'batch', effect: 'NoSchedule' }],
  });
  t.strictSame(membership.outputs, {
    memberName: 'payments-eu',
    executionNamespace: 'karmada-es-payments-eu',
    memberId: 'uid-of-kube-system',
  });
});

test('the tokens of a membership are secrets in the state', async (t) => {
  const SECRET_MARK = '4dabf18193072939515e22adb298388d';
  const sent = listOfType(membership, ':Secret').filter((one) => one.name.startsWith('hub-'));
  t.equal(sent.length, 2);
  for (const one of sent) t.match(JSON.stringify(one.inputs['data']), SECRET_MARK, one.name);
});
