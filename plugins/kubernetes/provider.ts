// The Kubernetes provider against any API server: server-side apply, previews on trial, and waits until objects are ready.
import type { Provider } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import { checkObject } from './check-object.ts';
import { openCluster, type Cluster } from './cluster.ts';
import type { Environment } from './connection.ts';
import { createObject } from './create-object.ts';
import { deleteObject } from './delete-object.ts';
import { diffConfig } from './diff-config.ts';
import { diffObject } from './diff-object.ts';
import { readObject } from './read-object.ts';
import { updateObject } from './update-object.ts';

/** Makes the provider; it is of use once it is configured. */
export function createKubernetesProvider(
  plugin: { name: string; version: string },
  environment: Environment,
): Provider {
  let configured: Cluster | undefined;
  const getCluster = (): Cluster => {
    if (configured) return configured;
    throw new Error('the provider is not configured');
  };
  return {
    ...plugin,
    diffConfig,
    async configure(config: Properties) {
      configured = await openCluster(config, environment);
    },
    check: (call) => checkObject(call, getCluster()),
    async diff(call) {
      return diffObject(call, getCluster().settings);
    },
    create: (call) => createObject(call, getCluster()),
    read: (call) => readObject(call, getCluster()),
    update: (call) => updateObject(call, getCluster()),
    delete: (call) => deleteObject(call, getCluster()),
  };
}
