// The ResourceProvider service of the engine's protocol, once for all plugins: each call is decoded, answered by a
// Provider and encoded again.
import type grpc from '@grpc/grpc-js';
import type * as pb from '@pulumi/pulumi/proto/provider_pb.js';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js';
import { encodeDiff } from './encode-diff.ts';
import { encodeFailure } from './encode-failure.ts';
import { listSecrets, PartialCreationError, type Checked, type Provider, type ResourceState } from './provider.ts';
import { decodeProperties, encodeProperties, type PropertyPath } from './values.ts';

type Handler<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

/** Answers the engine's calls with a provider; `cancelled` is aborted when the engine asks to stop. */
export function buildService(implementation: Provider, cancelled: AbortController): grpc.UntypedServiceImplementation {
  const unary =
    <Request, Response>(handler: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) => {
      handler(call.request, cancelled.signal).then(
        (response) => callback(null, response),
        (error: unknown) => callback(encodeFailure(error)),
      );
    };
  return {
    ...describeCalls(implementation, cancelled, unary),
    ...configureCalls(implementation, unary),
    ...resourceCalls(implementation, unary),
    ...changeCalls(implementation, unary),
  };
}

type Unary = <Request, Response>(handler: Handler<Request, Response>) => grpc.handleUnaryCall<Request, Response>;

function describeCalls(
  implementation: Provider,
  cancelled: AbortController,
  unary: Unary,
): grpc.UntypedServiceImplementation {
  return {
    handshake: unary(async () => {
      const response = new provider.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    getPluginInfo: unary(async () => {
      const info = new plugin.PluginInfo();
      info.setVersion(implementation.version);
      return info;
    }),
    // The engine starts this process itself, so there is nothing to attach to later.
    attach: unary(async () => new empty.Empty()),
    cancel: unary(async () => {
      cancelled.abort(new Error('the engine asked to cancel'));
      return new empty.Empty();
    }),
    invoke: unary(async (request: pb.InvokeRequest, signal) => {
      const response = new provider.InvokeResponse();
      if (!implementation.invoke) throw new Error(`${implementation.name} has no functions: ${request.getTok()}`);
      const args = decodeProperties(request.getArgs()).values;
      const answer = await implementation.invoke({
        token: request.getTok(),
        args,
        preview: request.getPreview(),
        signal,
      });
      response.setReturn(encodeProperties(answer.result));
      response.setFailuresList((answer.failures ?? []).map(encodeCheckFailure));
      return response;
    }),
  };
}

function configureCalls(implementation: Provider, unary: Unary): grpc.UntypedServiceImplementation {
  return {
    checkConfig: unary(async (request: pb.CheckRequest) => {
      const news = decodeProperties(request.getNews());
      const checked = (await implementation.checkConfig?.(news.values)) ?? { inputs: news.values, failures: [] };
      return encodeChecked(checked, news.secrets);
    }),
    diffConfig: unary(async (request: pb.DiffRequest) => {
      const olds = decodeProperties(request.getOldInputs() ?? request.getOlds()).values;
      const diff = await implementation.diffConfig?.(olds, decodeProperties(request.getNews()).values);
      return encodeDiff(diff ?? { changes: [], deleteBeforeReplace: false });
    }),
    configure: unary(async (request: pb.ConfigureRequest) => {
      await implementation.configure?.(decodeProperties(request.getArgs()).values);
      const response = new provider.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(false);
      response.setAcceptoutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
  };
}

function resourceCalls(implementation: Provider, unary: Unary): grpc.UntypedServiceImplementation {
  return {
    check: unary(async (request: pb.CheckRequest, signal) => {
      const news = decodeProperties(request.getNews());
      const olds = decodeProperties(request.getOlds()).values;
      const naming = request.getAutonaming();
      const checked = await implementation.check({
        ...describe(request, signal),
        olds,
        news: news.values,
        proposedName: naming?.getProposedName() ?? '',
        namesRequired: naming?.getMode() === provider.CheckRequest.AutonamingOptions.Mode.DISABLE,
      });
      return encodeChecked(checked, news.secrets);
    }),
    diff: unary(async (request: pb.DiffRequest, signal) => {
      const state = decodeProperties(request.getOlds()).values;
      const olds = decodeProperties(request.getOldInputs()).values;
      const news = decodeProperties(request.getNews()).values;
      const ignoreChanges = request.getIgnorechangesList();
      const call = { ...describe(request, signal), id: request.getId(), state, olds, news, ignoreChanges };
      return encodeDiff(await implementation.diff(call));
    }),
    read: unary(async (request: pb.ReadRequest, signal) => {
      const state = decodeProperties(request.getProperties());
      const inputs = decodeProperties(request.getInputs());
      const response = new provider.ReadResponse();
      const call = { ...describe(request, signal), id: request.getId(), state: state.values, inputs: inputs.values };
      const secrets = [...state.secrets, ...inputs.secrets];
      const found = await withSecrets(secrets, () => implementation.read({ ...call, secrets: inputs.secrets }));
      if (!found) return response;
      response.setId(found.id);
      response.setProperties(encodeState(found, secrets));
      const inputSecrets = [...inputs.secrets, ...(found.inputSecrets ?? [])];
      response.setInputs(encodeProperties(found.inputs ?? inputs.values, inputSecrets));
      return response;
    }),
  };
}

function changeCalls(implementation: Provider, unary: Unary): grpc.UntypedServiceImplementation {
  return {
    create: unary(async (request: pb.CreateRequest, signal) => {
      const inputs = decodeProperties(request.getProperties());
      const created = await withSecrets(inputs.secrets, async () =>
        implementation.create({
          ...describe(request, signal),
          inputs: inputs.values,
          secrets: inputs.secrets,
          timeoutSeconds: request.getTimeout(),
          preview: request.getPreview(),
        }),
      );
      const response = new provider.CreateResponse();
      response.setId(created.id);
      response.setProperties(encodeState(created, inputs.secrets));
      return response;
    }),
    update: unary(async (request: pb.UpdateRequest, signal) => {
      const state = decodeProperties(request.getOlds());
      const news = decodeProperties(request.getNews());
      const secrets = [...state.secrets, ...news.secrets];
      const updated = await withSecrets(secrets, async () =>
        implementation.update({
          ...describe(request, signal),
          id: request.getId(),
          state: state.values,
          olds: decodeProperties(request.getOldInputs()).values,
          news: news.values,
          secrets: news.secrets,
          ignoreChanges: request.getIgnorechangesList(),
          timeoutSeconds: request.getTimeout(),
          preview: request.getPreview(),
        }),
      );
      const response = new provider.UpdateResponse();
      response.setProperties(encodeState(updated, secrets));
      return response;
    }),
    delete: unary(async (request: pb.DeleteRequest, signal) => {
      const state = decodeProperties(request.getProperties());
      const inputs = decodeProperties(request.getOldInputs());
      await withSecrets([...state.secrets, ...inputs.secrets], () =>
        implementation.delete({
          ...describe(request, signal),
          id: request.getId(),
          state: state.values,
          inputs: inputs.values,
          timeoutSeconds: request.getTimeout(),
        }),
      );
      return new empty.Empty();
    }),
  };
}

/** A partial creation carries outputs too: what is secret in the inputs must be secret in them. */
async function withSecrets<T>(secrets: PropertyPath[], run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof PartialCreationError) error.inheritedSecrets = secrets;
    throw error;
  }
}

function describe(request: { getUrn(): string; getType(): string; getName(): string }, signal: AbortSignal) {
  const urn = request.getUrn();
  // Older engines leave name and type out; the URN ends with `…$type::name`.
  const parts = urn.split('::');
  const type = request.getType() || (parts[2]?.split('$').at(-1) ?? '');
  return { urn, type, name: request.getName() || parts.slice(3).join('::'), signal };
}

function encodeState(state: ResourceState, secrets: PropertyPath[]): Struct {
  return encodeProperties(state.outputs, [...secrets, ...listSecrets(state)]);
}

function encodeChecked(checked: Checked, secrets: PropertyPath[]): pb.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(encodeProperties(checked.inputs, [...secrets, ...(checked.secrets ?? [])]));
  response.setFailuresList(checked.failures.map(encodeCheckFailure));
  return response;
}

function encodeCheckFailure(failure: { property: string; reason: string }): pb.CheckFailure {
  const encoded = new provider.CheckFailure();
  encoded.setProperty(failure.property);
  encoded.setReason(failure.reason);
  return encoded;
}
