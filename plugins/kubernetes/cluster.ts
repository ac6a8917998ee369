// One API server as the provider was configured for it: its clients, and whether it can be reached at all.
import type { Properties } from '../kit/values.ts';
import { ApiError, UnreachableError } from './api-error.ts';
import { createConnection, type AskApi, type Environment } from './connection.ts';
import { Discovery } from './discovery.ts';
import { readKubeconfig, type ApiServer } from './kubeconfig.ts';
import { ObjectClient } from './object-client.ts';
import { readSettings, type Settings } from './settings.ts';

/** A cluster and how to treat it. */
export type Cluster = {
  settings: Settings;
  /** Namespace of objects that name none. */
  namespace: string;
  discovery: Discovery;
  objects: ObjectClient;
  /** Why the cluster cannot be reached; undefined when it can. */
  findFault(signal: AbortSignal): Promise<string | undefined>;
};

const PROBE_MILLISECONDS = 10_000;

/** Opens the cluster of a configuration. One that nobody can read is a cluster that cannot be reached. */
export async function openCluster(config: Properties, environment: Environment): Promise<Cluster> {
  const settings = readSettings(config, environment);
  let server: ApiServer;
  try {
    server = await readKubeconfig(config);
  } catch (error) {
    const fault = `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`: ${(error as Error).message}`;
    return describeCluster(settings, 'default', () => Promise.reject(new UnreachableError(fault)), fault);
  }
  return describeCluster(settings, server.namespace, createConnection(server, environment), undefined);
}

function describeCluster(settings: Settings, namespace: string, ask: AskApi, fault: string | undefined): Cluster {
  const discovery = new Discovery(ask);
  let probe: Promise<string | undefined> | undefined;
  return {
    settings,
    namespace,
    discovery,
    objects: new ObjectClient(ask, discovery),
    findFault(signal) {
      if (fault !== undefined) return Promise.resolve(fault);
      const asked = (probe ??= probeServer(ask, signal));
      asked.catch(() => (probe = undefined));
      return asked;
    },
  };
}

/** Only what never answered, or is not well, counts as away: whoever is refused knows that the cluster is there. */
async function probeServer(ask: AskApi, signal: AbortSignal): Promise<string | undefined> {
  try {
    await ask({ method: 'GET', path: '/version', signal, timeoutMilliseconds: PROBE_MILLISECONDS });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ApiError && error.status < 500) {
      if (error.status === 401) throw error;
      return undefined;
    }
    return `unable to reach the API server: ${(error as Error).message}`;
  }
}
