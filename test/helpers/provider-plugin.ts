// A provider plugin as a process, spoken to as the engine does. `FLEETYARD_TEST_KUBERNETES_PLUGIN` names the official one to be tried instead of ours.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/provider_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import statusProto from '@pulumi/pulumi/proto/status_pb.js';
import type { Test } from 'tap';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { decodeProperties, encodeProperties, type Decoded, type Properties } from '../../plugins/kit/values.ts';
import { createTestDirectory } from './directory.ts';

/** Whether the official plugin is tried. */
export const OFFICIAL = process.env['FLEETYARD_TEST_KUBERNETES_PLUGIN'];

/** What the engine keeps of a resource. */
export type Kept = { type: string; id: string; inputs: Properties; state: Properties; secrets: string[] };

/** What a call failed with; `partial` is what exists all the same. */
export class CallFailure extends Error {
  readonly partial: { id: string; state: Properties; reasons: string[]; secrets: string[] } | undefined;

  constructor(error: grpc.ServiceError) {
    super(error.details);
    this.partial = readPartial(error);
  }
}

export type DiffAnswer = {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
  paths: Record<string, string>;
};

/** The calls of the engine. */
export type ProviderPlugin = {
  process: ChildProcess;
  check(
    type: string,
    news: Properties,
    olds?: Properties,
    options?: { namesRequired?: boolean },
  ): Promise<{ inputs: Properties; failures: string[]; secrets: string[] }>;
  diff(kept: Kept, news: Properties, ignoreChanges?: string[]): Promise<DiffAnswer>;
  preview(type: string, inputs: Properties): Promise<Properties>;
  create(type: string, inputs: Properties, timeoutSeconds?: number): Promise<Kept>;
  previewUpdate(kept: Kept, news: Properties): Promise<Properties>;
  update(kept: Kept, news: Properties, options?: { ignoreChanges?: string[]; timeoutSeconds?: number }): Promise<Kept>;
  read(type: string, id: string, kept?: Kept): Promise<Kept | undefined>;
  delete(kept: Kept, timeoutSeconds?: number): Promise<void>;
  diffConfig(olds: Properties, news: Properties): Promise<DiffAnswer>;
  cancel(): void;
  readMemory(): Promise<number>;
};

/** Starts the kubernetes plugin and configures it. */
export async function startKubernetesPlugin(
  t: Test,
  config: Properties,
  environment: Record<string, string> = {},
): Promise<ProviderPlugin> {
  const child = spawn(await findPlugin(t), ['127.0.0.1:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      FLEETYARD_SIMULATOR_URL: 'http://127.0.0.1:1',
      FLEETYARD_SIMULATOR_ACCOUNT: 'a',
      FLEETYARD_SIMULATOR_TOKEN: 't',
      ...environment,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  t.teardown(() => client.close());
  const call = <Request, Response>(method: Unary<Request, Response>, request: Request) =>
    new Promise<Response>((resolve, reject) => {
      method.call(client, request, (error, response) => (error ? reject(new CallFailure(error)) : resolve(response)));
    });
  await call(client.configure, describeConfig(config));
  return { process: child, ...describeCalls(client, call), readMemory: () => readMemory(child) };
}

type Unary<Request, Response> = (
  request: Request,
  callback: (error: grpc.ServiceError | null, response: Response) => void,
) => unknown;
type Client = InstanceType<typeof services.ResourceProviderClient>;
type Call = <Request, Response>(method: Unary<Request, Response>, request: Request) => Promise<Response>;

async function findPlugin(t: Test): Promise<string> {
  if (OFFICIAL) return OFFICIAL;
  const home = await createTestDirectory(t);
  await installSimulatedHome({ home, node: process.execPath });
  return join(home, 'plugins/resource-kubernetes-v4.34.2/pulumi-resource-kubernetes');
}

function describeConfig(config: Properties): pb.ConfigureRequest {
  const request = new messages.ConfigureRequest();
  request.setAcceptsecrets(true);
  request.setArgs(encodeProperties(config));
  for (const [name, value] of Object.entries(config)) {
    request.getVariablesMap().set(`kubernetes:config:${name}`, String(value));
  }
  return request;
}

function name<T extends { setUrn(urn: string): unknown }>(request: T, type: string): T {
  request.setUrn(`urn:pulumi:stack::project::${type}::thing`);
  return request;
}

function describeCalls(client: Client, call: Call): Omit<ProviderPlugin, 'process' | 'readMemory'> {
  return {
    async check(type, news, olds = {}, { namesRequired = false } = {}) {
      const request = name(new messages.CheckRequest(), type);
      request.setNews(encodeProperties(news));
      request.setOlds(encodeProperties(olds));
      if (namesRequired) {
        const naming = new messages.CheckRequest.AutonamingOptions();
        naming.setMode(messages.CheckRequest.AutonamingOptions.Mode.DISABLE);
        request.setAutonaming(naming);
      }
      const answer = await call<pb.CheckRequest, pb.CheckResponse>(client.check, request);
      const inputs = decodeProperties(answer.getInputs());
      const failures = answer.getFailuresList().map((each) => `${each.getProperty()}: ${each.getReason()}`);
      return { inputs: inputs.values, failures, secrets: listPlaces(inputs) };
    },
    async diff(kept, news, ignoreChanges = []) {
      const request = name(new messages.DiffRequest(), kept.type);
      request.setId(kept.id);
      request.setOlds(encodeProperties(kept.state));
      request.setOldInputs(encodeProperties(kept.inputs));
      request.setNews(encodeProperties(news));
      request.setIgnorechangesList(ignoreChanges);
      return readDiff(await call<pb.DiffRequest, pb.DiffResponse>(client.diff, request));
    },
    async diffConfig(olds, news) {
      const request = name(new messages.DiffRequest(), 'pulumi:providers:kubernetes');
      request.setOlds(encodeProperties(olds));
      request.setOldInputs(encodeProperties(olds));
      request.setNews(encodeProperties(news));
      return readDiff(await call<pb.DiffRequest, pb.DiffResponse>(client.diffConfig, request));
    },
    async preview(type, inputs) {
      const request = describeCreate(type, inputs, 0);
      request.setPreview(true);
      const answer = await call<pb.CreateRequest, pb.CreateResponse>(client.create, request);
      return decodeProperties(answer.getProperties()).values;
    },
    async create(type, inputs, timeoutSeconds = 0) {
      const answer = await call<pb.CreateRequest, pb.CreateResponse>(
        client.create,
        describeCreate(type, inputs, timeoutSeconds),
      );
      const state = decodeProperties(answer.getProperties());
      return { type, id: answer.getId(), inputs, state: state.values, secrets: listPlaces(state) };
    },
    async previewUpdate(kept, news) {
      const request = describeUpdate(kept, news, {});
      request.setPreview(true);
      const answer = await call<pb.UpdateRequest, pb.UpdateResponse>(client.update, request);
      return decodeProperties(answer.getProperties()).values;
    },
    async update(kept, news, options = {}) {
      const request = describeUpdate(kept, news, options);
      const answer = await call<pb.UpdateRequest, pb.UpdateResponse>(client.update, request);
      const state = decodeProperties(answer.getProperties());
      return { ...kept, inputs: news, state: state.values, secrets: listPlaces(state) };
    },
    async read(type, id, kept) {
      const request = name(new messages.ReadRequest(), type);
      request.setId(id);
      if (kept) {
        request.setProperties(encodeProperties(kept.state));
        request.setInputs(encodeProperties(kept.inputs));
      }
      const answer = await call<pb.ReadRequest, pb.ReadResponse>(client.read, request);
      if (answer.getId() === '') return undefined;
      const [state, inputs] = [decodeProperties(answer.getProperties()), decodeProperties(answer.getInputs())];
      const secrets = [...listPlaces(state), ...listPlaces(inputs).map((place) => `inputs.${place}`)];
      return { type, id: answer.getId(), inputs: inputs.values, state: state.values, secrets };
    },
    async delete(kept, timeoutSeconds = 0) {
      const request = name(new messages.DeleteRequest(), kept.type);
      request.setId(kept.id);
      request.setProperties(encodeProperties(kept.state));
      request.setOldInputs(encodeProperties(kept.inputs));
      request.setTimeout(timeoutSeconds);
      await call(client.delete, request);
    },
    cancel() {
      client.cancel(new empty.Empty(), () => undefined);
    },
  };
}

function describeCreate(type: string, inputs: Properties, timeoutSeconds: number): pb.CreateRequest {
  const request = name(new messages.CreateRequest(), type);
  request.setProperties(encodeProperties(inputs));
  request.setTimeout(timeoutSeconds);
  return request;
}

function describeUpdate(
  kept: Kept,
  news: Properties,
  { ignoreChanges = [], timeoutSeconds = 0 }: { ignoreChanges?: string[]; timeoutSeconds?: number },
): pb.UpdateRequest {
  const request = name(new messages.UpdateRequest(), kept.type);
  request.setId(kept.id);
  request.setOlds(encodeProperties(kept.state));
  request.setOldInputs(encodeProperties(kept.inputs));
  request.setNews(encodeProperties(news));
  request.setIgnorechangesList(ignoreChanges);
  request.setTimeout(timeoutSeconds);
  return request;
}

function readDiff(answer: pb.DiffResponse): DiffAnswer {
  const names = Object.keys(messages.PropertyDiff.Kind);
  const paths: Record<string, string> = {};
  answer.getDetaileddiffMap().forEach((detail, path) => (paths[path] = (names[detail.getKind()] ?? '').toLowerCase()));
  return {
    changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: answer.getReplacesList(),
    deleteBeforeReplace: answer.getDeletebeforereplace(),
    paths,
  };
}

function listPlaces({ secrets }: Decoded): string[] {
  return secrets.map((place) => place.join('.'));
}

function readPartial(error: grpc.ServiceError): CallFailure['partial'] {
  const [packed] = error.metadata.get('grpc-status-details-bin');
  if (!(packed instanceof Buffer)) return undefined;
  const [detail] = statusProto.Status.deserializeBinary(packed).getDetailsList();
  if (!detail) return undefined;
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  const state = decodeProperties(failed.getProperties());
  return { id: failed.getId(), state: state.values, reasons: failed.getReasonsList(), secrets: listPlaces(state) };
}

async function readMemory({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
