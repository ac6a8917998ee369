// The daemon's routes for plugins: one POST a provider call, answered by the cloud's desk.
import { CloudError } from './cloud-error.ts';
import { PartialError } from './course.ts';
import type { Desk, ProviderCall } from './desk.ts';
import type { Answer } from './http.ts';
import type { KubernetesDesk } from './kubernetes/desk.ts';
import type { Values } from './resource-type.ts';

/** The desks by which calls are answered. */
export type Desks = { clouds: Desk; kubernetes: KubernetesDesk };

/** Answers `POST /v1/provider/<call>` of an account that was let in. */
export async function answerProviderCall(desks: Desks, name: string, account: string, body: Values): Promise<Answer> {
  try {
    return { status: 200, body: await callDesk(desks, name, { ...toCall(body), account }, body) };
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

async function callDesk(desks: Desks, name: string, call: ProviderCall, body: Values): Promise<Values> {
  const desk = call.type.startsWith('kubernetes:') ? desks.kubernetes : desks.clouds;
  switch (name) {
    case 'check':
      return desk.check(call);
    case 'diff':
      return desk.diff(call);
    case 'create':
      return desk.create(call);
    case 'read':
      return { resource: (await desk.read(call)) ?? null };
    case 'update':
      return desk.update(call);
    case 'delete':
      await desk.delete(call);
      return {};
    case 'invoke':
      return { result: desks.clouds.invoke(String(body['token']), call, (body['args'] ?? {}) as Values) };
    case 'abandon':
      return { resource: desks.clouds.findAbandoned(String(body['requestId'])) ?? null };
    default:
      throw new CloudError('UnknownCall', `unknown provider call ${name}`);
  }
}
