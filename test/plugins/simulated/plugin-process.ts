// The plugins as processes, spoken to as the engine does: their start, their end, and what becomes of a call cut off.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';
import type { ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/provider_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { test, type Test } from 'tap';
import { installSimulatedHome } from '../../../plugins/simulated/install-home.ts';
import { decodeProperties, encodeProperties, type Properties } from '../../../plugins/kit/values.ts';
import { createTestDirectory } from '../../helpers/directory.ts';
import { createTestAccount, type TestAccount } from '../../helpers/simulated-account.ts';
import { waitFor } from '../../helpers/wait.ts';

const ROLE = 'aws:iam/role:Role';
const TRUST = JSON.stringify({ Statement: [{ Effect: 'Allow' }] });

type Plugin = { process: ChildProcess; client: ResourceProviderClient; ended: Promise<unknown> };

async function startPlugin(t: Test, aws: TestAccount): Promise<Plugin> {
  const home = await createTestDirectory(t);
  await Promise.all([1, 2].map(() => installSimulatedHome({ home, node: process.execPath })));
  const child = spawn(join(home, 'plugins/resource-aws-v7.48.0/pulumi-resource-aws'), ['127.0.0.1:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      FLEETYARD_SIMULATOR_URL: aws.simulator.url,
      FLEETYARD_SIMULATOR_ACCOUNT: aws.account,
      FLEETYARD_SIMULATOR_TOKEN: aws.token,
    },
  });
  const ended = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  t.match(port, /^\d+$/, 'the first line is the port');
  const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  t.teardown(() => client.close());
  const configure = new messages.ConfigureRequest();
  configure.setArgs(encodeProperties({ region: 'eu-central-1' }));
  await new Promise<void>((resolve, reject) => {
    client.configure(configure, (error) => (error ? reject(error) : resolve()));
  });
  return { process: child, client, ended };
}

function create({ client }: Plugin, inputs: Properties): Promise<pb.CreateResponse> {
  const request = new messages.CreateRequest();
  request.setUrn(`urn:pulumi:s::p::${ROLE}::role`);
  request.setProperties(encodeProperties(inputs));
  return new Promise((resolve, reject) => {
    client.create(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

const open = (t: Test) => createTestAccount(t, { config: { region: 'eu-central-1' } });
const role = { name: 'one', assumeRolePolicy: TRUST };

test('a plugin says its port, serves, and goes when its engine closes the pipe', async (t) => {
  const aws = await open(t);
  const plugin = await startPlugin(t, aws);
  const created = await create(plugin, role);
  t.equal(created.getId(), 'one');
  t.match(decodeProperties(created.getProperties()).values, { arn: /:role\/one$/ });
  plugin.process.stdin?.end();
  t.same(await plugin.ended, [0, null]);
});

test('a plugin killed in the middle of a create leaves the resource to the cloud', async (t) => {
  const aws = await open(t);
  const plugin = await startPlugin(t, aws);
  const gate = await aws.admin.setFault(aws.account, { kind: 'slow-create', type: ROLE, count: 1, until: 'released' });
  const call = create(plugin, role);
  const list = () => aws.admin.listResources(aws.account);
  await waitFor('the creation', async () => (await list())[0]?.state === 'creating');
  plugin.process.kill('SIGKILL');
  await t.rejects(call);
  await aws.admin.release(aws.account, gate.id);
  await waitFor('the end of the creation', async () => (await list())[0]?.state === 'ready');
  t.equal((await list()).length, 1);
});

test('a cancelled create tells the engine what it has made', async (t) => {
  const aws = await open(t);
  const plugin = await startPlugin(t, aws);
  await aws.admin.setFault(aws.account, { kind: 'slow-create', type: ROLE, count: 1, until: 'released' });
  const call = create(plugin, role);
  await waitFor('the creation', async () => (await aws.admin.listResources(aws.account)).length === 1);
  plugin.client.cancel(new empty.Empty(), () => undefined);
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure as grpc.ServiceError,
  );
  t.match(error?.details, /context canceled/);
  const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
  t.match(String(details), /ErrorResourceInitFailed/, 'as a resource that is not in order yet');
  t.match(String(details), /one/, 'with its id');
});

test('a plugin that is to crash after a create dies, and the resource stands', async (t) => {
  const aws = await open(t);
  const plugin = await startPlugin(t, aws);
  await aws.admin.setFault(aws.account, { kind: 'crash-after-create', type: ROLE, count: 1 });
  await t.rejects(create(plugin, role));
  t.same(await plugin.ended, [null, 'SIGKILL']);
  t.match(await aws.admin.listResources(aws.account), [{ id: 'one', state: 'ready' }]);
});

test('a refusal of the cloud reaches the engine in its own words', async (t) => {
  const aws = await open(t);
  const plugin = await startPlugin(t, aws);
  await create(plugin, role);
  await t.rejects(
    create(plugin, role),
    /creating IAM Role \(one\): operation error IAM: CreateRole.*EntityAlreadyExists/,
  );
});
