// Opens API servers of members and hubs, and says what their failures mean in words of our own.

import {
  ApiException,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  ResponseContext,
  ServerConfiguration,
  VersionApi,
  createConfiguration,
  wrapHttpLibrary,
  type RequestContext,
} from '@kubernetes/client-node';
import { FleetyardError } from '../domain/errors.ts';
import { explainOutgoing, OutgoingError } from '../outgoing/outgoing-error.ts';
import type { OutgoingGuard } from '../outgoing/outgoing-guard.ts';
import { writeOutgoingUrl } from '../outgoing/read-url.ts';
import { sendRequest } from '../outgoing/send-request.ts';
import type { ApiServerAccess } from './kubeconfig/api-server-access.ts';

/** The parts of an API server that Fleetyard asks. */
export type KubernetesClient = {
  server: string;
  version: VersionApi;
  core: CoreV1Api;
  rights: AuthorizationV1Api;
  objects: CustomObjectsApi;
};

/** Opens an API server behind the guard; each call gives up after `timeout` milliseconds, so that a cause is told within ten seconds. */
export function openKubernetes(guard: OutgoingGuard, access: ApiServerAccess, timeout = 8_000): KubernetesClient {
  const send = async (request: RequestContext): Promise<ResponseContext> => {
    const { status, headers, body } = await sendRequest(guard, {
      url: access.url,
      origin: access.origin,
      tls: access,
      ...describeRequest(request, access.token),
      signal: AbortSignal.timeout(timeout),
    });
    return new ResponseContext(status, headers, {
      text: async () => body.toString('utf8'),
      binary: async () => body,
      stream: () => new Blob([new Uint8Array(body)]).stream(),
    });
  };
  const configuration = createConfiguration({
    // The library only joins paths with it; the address is the guard's.
    baseServer: new ServerConfiguration('https://api-server', {}),
    httpApi: wrapHttpLibrary({ send }),
  });
  return {
    server: writeOutgoingUrl(access.url),
    version: new VersionApi(configuration),
    core: new CoreV1Api(configuration),
    rights: new AuthorizationV1Api(configuration),
    objects: new CustomObjectsApi(configuration),
  };
}

function describeRequest(request: RequestContext, token: string | undefined) {
  const { pathname, search } = new URL(request.getUrl());
  const body = request.getBody();
  return {
    method: request.getHttpMethod().toString(),
    path: `${pathname}${search}`,
    headers: {
      accept: 'application/json',
      ...request.getHeaders(),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(typeof body === 'string' ? { body } : {}),
  };
}

/** The HTTP status of a failed call, or undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/**
 * What a failed call to an API server means: `credential-mismatch` when it refused us, `validation` when the guard did, `unavailable`
 * (retryable) when it was not reached or is not well. Nothing of an answer but its status is told.
 */
export function explainFailure(error: unknown, server: string): FleetyardError {
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return new FleetyardError('credential-mismatch', `the API server ${server} refused the credential (${status})`);
  }
  if (status !== undefined) {
    const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
    return new FleetyardError('unavailable', `the API server ${server} answered ${status}${redirect}`);
  }
  // What the library can't parse is no failure of the way there.
  const found = error instanceof SyntaxError ? new OutgoingError('answer-unreadable') : explainOutgoing(error);
  const code = found.code === 'address-refused' ? 'validation' : 'unavailable';
  return new FleetyardError(code, `the API server ${server} could not be reached: ${found.message}`);
}

/** The version that an API server says it has; null when it is nothing like one, for it may be any text. */
export function readVersion(text: unknown): string | null {
  return typeof text === 'string' && /^v\d{1,3}\.\d{1,4}\.\d{1,4}([-+][A-Za-z0-9.+-]{1,40})?$/.test(text) ? text : null;
}
