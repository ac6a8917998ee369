// Faults on order, and what a cloud does although nobody listens any more.
import { test, type Test } from 'tap';
import { createTestAccount } from '../helpers/simulated-account.ts';
import { waitFor } from '../helpers/wait.ts';

const VPC = 'aws:ec2/vpc:Vpc';
const ROLE = 'aws:iam/role:Role';
const GROUP = 'aws:eks/nodeGroup:NodeGroup';
const KEY = 'aws:kms/key:Key';
const TRUST = JSON.stringify({ Statement: [{ Effect: 'Allow' }] });

const role = (name: string) => ({ name, assumeRolePolicy: TRUST });
const vpc = { cidrBlock: '10.0.0.0/16' };

const open = (t: Test, timeScale = 0) => createTestAccount(t, { config: { region: 'eu-central-1' }, timeScale });

test('throttling strikes as often as ordered, and makes nothing', async (t) => {
  const aws = await open(t);
  await aws.admin.setFault(aws.account, { kind: 'throttle', type: VPC, count: 2 });
  const throttled = { code: 'RequestLimitExceeded', retryable: true, message: /Request limit exceeded/ };
  await t.rejects(aws.make(VPC, vpc), throttled);
  await t.rejects(aws.make(VPC, vpc), throttled);
  await t.resolves(aws.make(VPC, vpc));
  t.equal((await aws.admin.listResources(aws.account)).length, 1);
  t.same(await aws.admin.listFaults(aws.account), [], 'a used fault is gone');
  const outcomes = (await aws.admin.listLedger(aws.account)).map((entry) => entry.outcome);
  t.same(outcomes, ['refused', 'refused', 'done'], 'the ledger has the refusals too');
});

test('missing capacity stays until it is cleared, and concerns only what needs machines', async (t) => {
  const aws = await open(t);
  const fault = await aws.admin.setFault(aws.account, { kind: 'capacity', type: '*' });
  await t.resolves(aws.make(VPC, vpc), 'a network needs no machines');
  const group = {
    clusterName: 'c',
    nodeGroupName: 'g',
    nodeRoleArn: 'r',
    subnetIds: ['s'],
    scalingConfig: { minSize: 1, maxSize: 1, desiredSize: 1 },
  };
  await t.rejects(aws.make(GROUP, group), {
    code: 'InsufficientInstanceCapacity',
    message: /AsgInstanceLaunchFailures/,
  });
  await aws.admin.release(aws.account, fault.id);
  await t.rejects(aws.make(GROUP, group), { code: 'ResourceNotFoundException' }, 'now only its cluster is missing');
});

test('every cluster and pool can meet missing capacity, each in the words of its cloud', async (t) => {
  const cloud = await open(t);
  await cloud.admin.setFault(cloud.account, { kind: 'capacity' });
  const words = {
    'aws:eks/cluster:Cluster': 'UnsupportedAvailabilityZoneException',
    [GROUP]: 'InsufficientInstanceCapacity',
    'azure-native:containerservice:ManagedCluster': 'AllocationFailed',
    'azure-native:containerservice:AgentPool': 'ZonalAllocationFailed',
    'gcp:container/cluster:Cluster': 'GCE_STOCKOUT',
    'gcp:container/nodePool:NodePool': 'ZONE_RESOURCE_POOL_EXHAUSTED',
  };
  for (const [type, code] of Object.entries(words)) {
    await t.rejects(cloud.make(type, {}), { code, message: new RegExp(`${code}|capacity|enough resources`) }, type);
  }
  t.same(await cloud.admin.listResources(cloud.account), []);
});

test('a fault may be aimed by name', async (t) => {
  const aws = await open(t);
  await aws.admin.setFault(aws.account, { kind: 'throttle', type: 'Role', nameContains: 'one' });
  await t.resolves(aws.make(ROLE, role('two')));
  await t.rejects(aws.make(ROLE, role('one')), { code: 'ThrottlingException' });
  await t.rejects(
    aws.admin.setFault(aws.account, { kind: 'throttle', type: 'aws:ec2/vpcs:Vpcs' }),
    /knows no resource type/,
  );
});

test('when the answer of a create is lost, the resource stands', async (t) => {
  const aws = await open(t);
  await aws.admin.setFault(aws.account, { kind: 'timeout-after-create', type: ROLE, count: 1 });
  await t.rejects(aws.make(ROLE, role('one')), {
    code: 'RequestTimeout',
    message: /timeout while waiting/,
    retryable: true,
  });
  t.match(await aws.admin.listResources(aws.account), [{ name: 'one', state: 'ready' }]);
  await t.rejects(aws.make(ROLE, role('one')), { code: 'EntityAlreadyExists' });
});

test('a creation that fails half-way leaves a failed resource that an update repairs', async (t) => {
  const aws = await open(t);
  await aws.admin.setFault(aws.account, { kind: 'partial-create', type: KEY, count: 1 });
  const refusal = await aws.make(KEY, {}).then(
    () => undefined,
    (error: unknown) => error as { partial?: { id: string; outputs: Record<string, unknown>; secrets: string[] } },
  );
  const partial = refusal?.partial;
  if (!partial) return t.fail('the answer carries the resource');
  t.match(await aws.admin.listResources(aws.account), [{ id: partial.id, state: 'failed' }]);
  await aws.change(KEY, partial, {});
  t.match(await aws.admin.listResources(aws.account), [{ id: partial.id, state: 'ready' }]);
});

test('a held create ends when it is released, although its caller has gone', async (t) => {
  const aws = await open(t);
  const gate = await aws.admin.setFault(aws.account, { kind: 'slow-create', type: ROLE, count: 1, until: 'released' });
  const caller = new AbortController();
  const call = aws.call('create', { type: ROLE, inputs: role('one') }, caller.signal);
  const list = () => aws.admin.listResources(aws.account, ROLE);
  await waitFor('the creation', async () => (await list())[0]?.state === 'creating');
  caller.abort();
  await t.rejects(call);
  t.match(await list(), [{ state: 'creating' }], 'the cloud goes on');
  await t.resolves(aws.make(ROLE, role('two')), 'the gate holds one');
  await aws.admin.release(aws.account, gate.id);
  await waitFor('the end of the creation', async () => (await list()).every((each) => each.state === 'ready'));
});

test('a held delete ends when it is released', async (t) => {
  const aws = await open(t);
  await aws.make(ROLE, role('one'));
  const gate = await aws.admin.setFault(aws.account, { kind: 'slow-delete', type: ROLE, count: 1, until: 'released' });
  const call = aws.remove(ROLE, 'one');
  const list = () => aws.admin.listResources(aws.account, ROLE);
  await waitFor('the deletion', async () => (await list())[0]?.state === 'deleting');
  await aws.admin.release(aws.account, gate.id);
  await call;
  t.same(await list(), []);
});

test('a cluster that is still made has no endpoint, takes no node group and is not deleted', async (t) => {
  const aws = await open(t);
  const network = await aws.make(VPC, vpc);
  const subnets = await Promise.all(
    ['a', 'b'].map((letter, index) =>
      aws.make('aws:ec2/subnet:Subnet', {
        vpcId: network.id,
        cidrBlock: `10.0.${index}.0/24`,
        availabilityZone: `eu-central-1${letter}`,
      }),
    ),
  );
  const plane = await aws.make(ROLE, role('plane'));
  const type = 'aws:eks/cluster:Cluster';
  await aws.admin.setFault(aws.account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const vpcConfig = { subnetIds: subnets.map((subnet) => subnet.id) };
  const call = aws.make(type, { name: 'it', roleArn: plane.outputs['arn'], vpcConfig });
  await waitFor('the creation', async () => (await aws.admin.listResources(aws.account, type)).length === 1);
  const { resource } = await aws.call<{ resource: { outputs: object } }>('read', { type, id: 'it' });
  t.match(resource.outputs, { status: 'CREATING', endpoint: '' });
  const scalingConfig = { minSize: 1, maxSize: 1, desiredSize: 1 };
  const group = {
    clusterName: 'it',
    nodeGroupName: 'g',
    nodeRoleArn: plane.outputs['arn'],
    subnetIds: vpcConfig.subnetIds,
    scalingConfig,
  };
  await t.rejects(aws.make(GROUP, group), { code: 'ResourceInUseException', message: /CREATING/ });
  await t.rejects(aws.remove(type, 'it'), { code: 'ResourceInUseException' });
  const [gate] = await aws.admin.listFaults(aws.account);
  await aws.admin.release(aws.account, gate?.id ?? 0);
  t.match((await call).outputs, { status: 'ACTIVE', endpoint: /^https:\/\/127\.0\.0\.1:/ });
});

test("the caller's own time-out ends the call with what was made so far, and the creation goes on", async (t) => {
  const aws = await open(t);
  const gate = await aws.admin.setFault(aws.account, { kind: 'slow-create', type: ROLE, count: 1, until: 'released' });
  await t.rejects(aws.make(ROLE, role('one'), { timeoutSeconds: 0.05 }), {
    code: 'RequestTimeout',
    partial: { id: 'one' },
  });
  await aws.admin.release(aws.account, gate.id);
  await waitFor('the creation', async () => (await aws.admin.listResources(aws.account, ROLE))[0]?.state === 'ready');
});

test('time passes by the scale: nothing at 0, a share of the real time above', async (t) => {
  const aws = await open(t);
  await aws.admin.setTimeScale(0.01);
  const start = performance.now();
  await aws.make(KEY, {});
  const spent = performance.now() - start;
  t.ok(spent >= 95, `a key takes 10 s, so a hundredth of that passed: ${Math.round(spent)} ms`);
});

test('what is changed and removed out of band is what a read answers', async (t) => {
  const aws = await open(t);
  const made = await aws.make(VPC, { ...vpc, enableDnsHostnames: true });
  await aws.admin.changeResource(aws.account, made.id, { enableDnsHostnames: false });
  const read = () =>
    aws.call<{ resource: { outputs: object; inputs: object } | null }>('read', { type: VPC, id: made.id });
  t.match((await read()).resource, { outputs: { enableDnsHostnames: false }, inputs: { enableDnsHostnames: false } });
  await aws.admin.deleteResource(aws.account, made.id);
  t.equal((await read()).resource, null);
  await t.rejects(aws.change(VPC, made, vpc), { code: 'ResourceNotFoundException' });
  await t.resolves(aws.remove(VPC, made.id), 'and removing it again is no failure');
  const callers = (await aws.admin.listLedger(aws.account)).map((entry) => `${entry.caller} ${entry.action}`);
  t.same(callers.slice(0, 3), ['engine create', 'admin update', 'admin delete']);
});

test('a preview makes nothing and says what is not known yet', async (t) => {
  const aws = await open(t);
  const planned = await aws.make(VPC, vpc, { preview: true });
  t.match(planned.outputs, { cidrBlock: '10.0.0.0/16', arn: '\u0000unknown' });
  t.same(await aws.admin.listLedger(aws.account), []);
});

test('an account belongs to the token that used it first', async (t) => {
  const aws = await open(t);
  await aws.make(VPC, vpc);
  const response = await fetch(`${aws.simulator.url}/v1/provider/create`, {
    method: 'POST',
    headers: { 'fleetyard-account': aws.account, authorization: 'Bearer other' },
    body: JSON.stringify({ type: VPC, inputs: vpc }),
  });
  t.equal(response.status, 401);
  t.match(await response.json(), { error: { code: 'InvalidClientTokenId' } });
  const admin = await fetch(`${aws.simulator.url}/v1/admin/accounts`, { headers: { authorization: 'Bearer wrong' } });
  t.equal(admin.status, 401, 'administration needs the token of the data directory');
});

test('an import of a GKE cluster that is still made waits for it, as the real plugin does', async (t) => {
  const google = await createTestAccount(t, { config: { region: 'europe-west1' } });
  await google.make('gcp:compute/network:Network', { name: 'net' });
  const secondaryIpRanges = [
    { rangeName: 'pods', ipCidrRange: '100.64.0.0/16' },
    { rangeName: 'services', ipCidrRange: '10.128.0.0/20' },
  ];
  const place = { region: 'europe-west1', network: 'net' };
  await google.make('gcp:compute/subnetwork:Subnetwork', {
    name: 'nodes',
    ...place,
    ipCidrRange: '10.0.0.0/20',
    secondaryIpRanges,
  });
  const type = 'gcp:container/cluster:Cluster';
  const gate = await google.admin.setFault(google.account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const ipAllocationPolicy = { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' };
  const inputs = { name: 'it', location: 'europe-west1', network: 'net', subnetwork: 'nodes', ipAllocationPolicy };
  const call = google.make(type, inputs);
  const [cluster] = await waitFor('the creation', async () => {
    const found = await google.admin.listResources(google.account, type);
    return found.length > 0 && found;
  });
  const read = (state: object) =>
    google.call<{ resource: { outputs: object } }>('read', { type, id: cluster?.id, state });
  t.match((await read({ name: 'it' })).resource.outputs, { endpoint: '' }, 'a plain read answers at once');
  const imported = read({});
  await google.admin.release(google.account, gate.id);
  t.match((await imported).resource.outputs, { endpoint: /^127\.0\.0\.1:/ });
  await call;
});
