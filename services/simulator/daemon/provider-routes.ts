// The daemon's routes for plugins: one POST a provider call, answered for the cloud or for Kubernetes.
import { CloudError } from '../clouds/cloud-error.ts';
import { PartialError, type ProviderCall } from '../clouds/provider-call.ts';
import type { ObjectService } from '../control-planes/kubernetes/object-service.ts';
import type { Values } from '../ledger/resource.ts';
import type { Answer } from './answer.ts';
import type { ResourceService } from './resource-service.ts';

/** By whom calls are answered. */
export type ProviderServices = { clouds: ResourceService; kubernetes: ObjectService };

/** Answers `POST /v1/provider/<call>` of an account that was let in. */
export async function answerProviderCall(
  services: ProviderServices,
  name: string,
  account: string,
  body: Values,
): Promise<Answer> {
  try {
    return { status: 200, body: await callService(services, name, { ...toCall(body), account }, body) };
  } catch (error) {
    if (error instanceof PartialError) {
      const { code, message, answer } = error;
      return { status: 409, body: { error: { code, message, retryable: false, partial: answer } } };
    }
    if (!(error instanceof CloudError)) throw error;
    const { code, message, retryable } = error;
    return { status: 409, body: { error: { code, message, retryable } } };
  }
}

function toCall(body: Values): ProviderCall {
  const { token: _token, args: _args, ...call } = body;
  return { type: '', name: '', urn: '', config: {}, inputs: {}, account: '', ...call };
}

async function callService(
  services: ProviderServices,
  name: string,
  call: ProviderCall,
  body: Values,
): Promise<Values> {
  const service = call.type.startsWith('kubernetes:') ? services.kubernetes : services.clouds;
  switch (name) {
    case 'check':
      return service.check(call);
    case 'diff':
      // The kubernetes plugin compares objects itself.
      return services.clouds.diff(call);
    case 'create':
      return service.create(call);
    case 'read':
      return { resource: (await service.read(call)) ?? null };
    case 'update':
      return service.update(call);
    case 'delete':
      await service.delete(call);
      return {};
    case 'invoke':
      return { result: services.clouds.invoke(String(body['token']), call, (body['args'] ?? {}) as Values) };
    case 'abandon':
      return { resource: services.clouds.findAbandoned(String(body['requestId'])) ?? null };
    default:
      throw new CloudError('UnknownCall', `unknown provider call ${name}`);
  }
}
