// Opens API servers of members and hubs over a kubeconfig, and says what their failures mean.

import {
  ApiException,
  CustomObjectsApi,
  KubeConfig,
  ServerConfiguration,
  VersionApi,
  createConfiguration,
} from '@kubernetes/client-node';
import { FleetyardError } from '../domain/errors.ts';

/** The parts of an API server that Fleetyard asks. */
export type KubernetesClient = { server: string; version: VersionApi; objects: CustomObjectsApi };

/**
 * Opens the current context of a kubeconfig; each call gives up after `timeout` milliseconds. Exec plugins and auth providers are
 * refused: they would run a program of the user's on a worker. Throws `validation` for a kubeconfig that can't be used.
 */
export function openKubernetes(kubeconfig: string, timeout = 15_000): KubernetesClient {
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
  } catch (error) {
    throw new FleetyardError('validation', `the kubeconfig can't be read: ${(error as Error).message}`);
  }
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster || !user) {
    throw new FleetyardError('validation', 'the kubeconfig has no current context with a cluster and a user');
  }
  if (user.exec !== undefined || user.authProvider !== undefined) {
    throw new FleetyardError(
      'validation',
      'the kubeconfig runs a program to log in; use a token or a client certificate',
    );
  }
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (context) => {
          context.setSignal(AbortSignal.timeout(timeout));
          return context;
        },
        post: async (context) => context,
      },
    ],
  });
  return {
    server: cluster.server,
    version: new VersionApi(configuration),
    objects: new CustomObjectsApi(configuration),
  };
}

/** The HTTP status of a failed call, or undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/**
 * What a failed call to an API server means: `credential-mismatch` when it refused us, `unavailable` (retryable) when it was
 * not reached or is not well.
 */
export function explainFailure(error: unknown, server: string): FleetyardError {
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return new FleetyardError('credential-mismatch', `the API server ${server} refused the credential (${status})`, {
      cause: error,
    });
  }
  const reason = status === undefined ? `could not be reached: ${deepestMessage(error)}` : `answered ${status}`;
  return new FleetyardError('unavailable', `the API server ${server} ${reason}`, { cause: error });
}

/** fetch says only "fetch failed"; the cause knows why. */
function deepestMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message || current.name : String(current);
}
