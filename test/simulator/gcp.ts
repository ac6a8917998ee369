// The rules of the simulated Google Cloud: each refusal with the code and the words of the real one.
import { test, type Test } from 'tap';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';

const NETWORK = 'gcp:compute/network:Network';
const SUBNET = 'gcp:compute/subnetwork:Subnetwork';
const ROUTER = 'gcp:compute/router:Router';
const ADDRESS = 'gcp:compute/address:Address';
const NAT = 'gcp:compute/routerNat:RouterNat';
const FIREWALL = 'gcp:compute/firewall:Firewall';
const ACCOUNT = 'gcp:serviceaccount/account:Account';
const MEMBER = 'gcp:projects/iAMMember:IAMMember';
const RING = 'gcp:kms/keyRing:KeyRing';
const KEY = 'gcp:kms/cryptoKey:CryptoKey';
const KEY_MEMBER = 'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember';
const CLUSTER = 'gcp:container/cluster:Cluster';
const POOL = 'gcp:container/nodePool:NodePool';

const region = 'europe-west1';
const open = (t: Test) => createTestAccount(t, { config: { region } });

async function makeNetwork(google: TestAccount) {
  const network = await google.make(NETWORK, { name: 'net', autoCreateSubnetworks: false });
  const subnet = await google.make(SUBNET, {
    name: 'nodes',
    region,
    network: network.id,
    ipCidrRange: '10.0.0.0/20',
    secondaryIpRanges: [
      { rangeName: 'pods', ipCidrRange: '100.64.0.0/16' },
      { rangeName: 'services', ipCidrRange: '10.128.0.0/20' },
    ],
  });
  return { network, subnet };
}

function clusterInputs(more: Record<string, unknown> = {}) {
  return {
    name: 'it',
    location: region,
    network: 'net',
    subnetwork: 'nodes',
    minMasterVersion: '1.35',
    deletionProtection: false,
    initialNodeCount: 1,
    removeDefaultNodePool: true,
    ipAllocationPolicy: { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' },
    ...more,
  };
}

test('ids and self links are those of Google, and references take either', async (t) => {
  const google = await open(t);
  const { network, subnet } = await makeNetwork(google);
  const { project } = google.identity;
  t.equal(network.id, `projects/${project}/global/networks/net`);
  t.equal(network.outputs['selfLink'], `https://www.googleapis.com/compute/v1/${network.id}`);
  t.equal(subnet.id, `projects/${project}/regions/${region}/subnetworks/nodes`);
  for (const [index, reference] of [network.id, network.outputs['selfLink'], 'net'].entries()) {
    t.ok(await google.make(ROUTER, { name: `r-${index}`, region, network: reference }));
  }
  await t.rejects(google.make(ROUTER, { name: 'r', region, network: 'none' }), {
    code: 'notFound',
    message: /googleapi: Error 404/,
  });
  await t.rejects(google.make(NETWORK, { name: 'net' }), {
    code: 'alreadyExists',
    message: /Error 409: The resource .* already exists/,
  });
  await t.rejects(google.make(NETWORK, { name: 'x', project: 'somebody-elses' }), { code: 'PERMISSION_DENIED' });
  await t.rejects(google.make(ADDRESS, { name: 'a', region: 'mars-1' }), { code: 'notFound' });
  t.match(await google.check(NETWORK, { name: 'Net_1' }), [/doesn't match regexp/]);
  t.match(await google.check(NETWORK, { name: 'net', autoCreateSubnets: false }), [/Invalid or unknown key/]);
});

test('ranges of a network never meet, secondary ones included', async (t) => {
  const google = await open(t);
  const { network } = await makeNetwork(google);
  const next = { name: 'more', region, network: network.id };
  await t.rejects(google.make(SUBNET, { ...next, ipCidrRange: '10.0.8.0/24' }), {
    code: 'invalid',
    message: /conflicts with existing subnetwork/,
  });
  await t.rejects(google.make(SUBNET, { ...next, ipCidrRange: '100.64.9.0/24' }), { code: 'invalid' });
  const secondaryIpRanges = [{ rangeName: 'x', ipCidrRange: '10.1.0.0/25' }];
  await t.rejects(google.make(SUBNET, { ...next, ipCidrRange: '10.1.0.0/24', secondaryIpRanges }), {
    message: /of the same subnetwork/,
  });
  t.match(await google.check(SUBNET, { ...next, ipCidrRange: '10.0.0.1/24' }), [/not a valid IP CIDR range/]);
});

test('what is used is not removed', async (t) => {
  const google = await open(t);
  const { network } = await makeNetwork(google);
  await t.rejects(google.remove(NETWORK, network.id), { code: 'resourceInUseByAnotherResource' });
  const address = await google.make(ADDRESS, { name: 'egress', region });
  await google.make(ROUTER, { name: 'r', region, network: network.id });
  const nat = {
    name: 'nat',
    region,
    router: 'r',
    natIpAllocateOption: 'MANUAL_ONLY',
    sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
  };
  await t.rejects(google.make(NAT, nat), { message: /MANUAL_ONLY needs at least one address/ });
  await t.rejects(google.make(NAT, { ...nat, natIps: ['projects/p/regions/r/addresses/none'] }), { code: 'notFound' });
  const made = await google.make(NAT, { ...nat, natIps: [address.outputs['selfLink']] });
  t.equal(made.id, `${google.identity.project}/${region}/r/nat`);
  await t.rejects(google.remove(ADDRESS, address.id), { code: 'resourceInUseByAnotherResource' });
  t.match(await google.check(FIREWALL, { name: 'f', network: 'net' }), [/one of `allow,deny` must be specified/]);
});

test('rights need members that exist, and the same binding twice is one', async (t) => {
  const google = await open(t);
  const { project } = google.identity;
  const account = await google.make(ACCOUNT, { accountId: 'fy-nodes' });
  t.equal(account.outputs['email'], `fy-nodes@${project}.iam.gserviceaccount.com`);
  await t.rejects(google.make(ACCOUNT, { accountId: 'fy-nodes' }), { code: 'alreadyExists' });
  t.match(await google.check(ACCOUNT, { accountId: 'a' }), [/doesn't match regexp/]);
  const binding = { project, role: 'roles/viewer', member: account.outputs['member'] };
  await t.rejects(
    google.make(MEMBER, { ...binding, member: `serviceAccount:none@${project}.iam.gserviceaccount.com` }),
    { code: 'badRequest' },
  );
  t.match(await google.check(MEMBER, { ...binding, member: 'somebody' }), [/invalid value for member/]);
  await google.make(MEMBER, binding);
  await google.make(MEMBER, binding);
  t.equal((await google.admin.listResources(google.account, MEMBER)).length, 1);
});

test('a key ring is never deleted, only taken off the list', async (t) => {
  const google = await open(t);
  const ring = await google.make(RING, { name: 'ring', location: region });
  await t.rejects(google.make(KEY, { name: 'k', keyRing: 'none' }), { code: 'notFound' });
  t.match(await google.check(KEY, { name: 'k', keyRing: ring.id, rotationPeriod: '60s' }), [/at least 86400 seconds/]);
  await google.remove(RING, ring.id);
  t.same(await google.admin.listResources(google.account), []);
  await t.rejects(
    google.make(RING, { name: 'ring', location: region }),
    { code: 'alreadyExists' },
    'its name stays taken',
  );
});

test('GKE checks ranges, zones, versions and keys, and answers as GKE does', async (t) => {
  const google = await open(t);
  const { subnet } = await makeNetwork(google);
  const make = (more: Record<string, unknown> = {}) => google.make(CLUSTER, clusterInputs(more));
  await t.rejects(make({ minMasterVersion: '1.20' }), { message: /Master version "1\.20" is unsupported/ });
  await t.rejects(make({ nodeLocations: ['europe-west1-z'] }), { message: /Location "europe-west1-z" does not exist/ });
  const policy = { clusterSecondaryRangeName: 'none', servicesSecondaryRangeName: 'services' };
  await t.rejects(make({ ipAllocationPolicy: policy }), { message: /Secondary range "none" does not exist/ });
  await t.rejects(make({ privateClusterConfig: { masterIpv4CidrBlock: '10.0.0.0/28' } }), {
    message: /overlaps with an existing network/,
  });
  await t.rejects(make({ privateClusterConfig: { masterIpv4CidrBlock: '10.9.0.0/24' } }), { message: /valid \/28/ });
  const ring = await google.make(RING, { name: 'ring', location: region });
  const key = await google.make(KEY, { name: 'k', keyRing: ring.id });
  const databaseEncryption = { state: 'ENCRYPTED', keyName: key.id };
  await t.rejects(
    make({ databaseEncryption }),
    { code: 'forbidden', message: /useToEncrypt/ },
    'GKE needs the right to use the key',
  );
  const member = 'serviceAccount:service-1@container-engine-robot.iam.gserviceaccount.com';
  await google.make(KEY_MEMBER, { cryptoKeyId: key.id, role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter', member });
  const made = await make({
    databaseEncryption,
    privateClusterConfig: { masterIpv4CidrBlock: '10.9.0.0/28', enablePrivateNodes: true },
  });
  t.match(made.outputs, {
    endpoint: /^127\.0\.0\.1:\d+\/k8s\/[0-9a-f]+$/,
    masterVersion: /^1\.35\./,
    masterAuth: { clusterCaCertificate: /^LS0tLS1CRUdJTi/ },
    selfLink: /^https:\/\/container\.googleapis\.com\/v1\/projects\//,
  });
  await t.rejects(make(), { code: 'alreadyExists' });
  await t.rejects(make({ name: 'other', privateClusterConfig: { masterIpv4CidrBlock: '10.9.0.0/28' } }), {
    message: /overlaps with that of cluster it/,
  });
  await t.rejects(google.remove(SUBNET, subnet.id), { code: 'resourceInUseByAnotherResource' });
});

test('deletion protection is on unless it is switched off, and a floor of the version never goes down', async (t) => {
  const google = await open(t);
  await makeNetwork(google);
  const cluster = await google.make(
    CLUSTER,
    clusterInputs({ deletionProtection: undefined, minMasterVersion: '1.34' }),
  );
  await t.rejects(google.remove(CLUSTER, cluster.id), { message: /deletion_protection is set to true/ });
  await t.rejects(google.change(CLUSTER, cluster, clusterInputs({ minMasterVersion: '1.36' })), {
    message: /one minor version at a time/,
  });
  t.match((await google.change(CLUSTER, cluster, clusterInputs())).outputs, { masterVersion: /^1\.35\./ });
  t.match((await google.change(CLUSTER, cluster, clusterInputs({ minMasterVersion: '1.34' }))).outputs, {
    masterVersion: /^1\.35\./,
  });
  await google.remove(CLUSTER, cluster.id);
});

test('a node pool needs its cluster, a machine type and an account that exist, and goes with the cluster', async (t) => {
  const google = await open(t);
  await makeNetwork(google);
  const pool = { name: 'work', location: region, cluster: 'it', nodeConfig: { machineType: 'e2-standard-2' } };
  await t.rejects(google.make(POOL, pool), { code: 'notFound' });
  const cluster = await google.make(CLUSTER, clusterInputs());
  await t.rejects(google.make(POOL, { ...pool, nodeConfig: { machineType: 'e2-nothing' } }), {
    message: /Machine type with name/,
  });
  const serviceAccount = `none@${google.identity.project}.iam.gserviceaccount.com`;
  await t.rejects(google.make(POOL, { ...pool, nodeConfig: { serviceAccount } }), {
    message: /does not have access to service account/,
  });
  await t.rejects(google.make(POOL, { ...pool, autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 2 } }), {
    code: 'badRequest',
  });
  const made = await google.make(POOL, pool);
  t.equal(made.id, `${cluster.id}/nodePools/work`);
  await t.rejects(google.make(POOL, pool), { code: 'alreadyExists' });
  await google.remove(CLUSTER, cluster.id);
  t.same(await google.admin.listResources(google.account, POOL), []);
});
