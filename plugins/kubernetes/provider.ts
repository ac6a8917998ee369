// The Kubernetes provider against any API server: server-side apply, previews on trial, and waits until objects are ready.
import type { Provider } from '../kit/provider.ts';
import type { Properties } from '../kit/values.ts';
import { checkObject } from './check-object.ts';
import { openCluster, type Cluster } from './cluster.ts';
import { createObject } from './create-object.ts';
import { deleteObject } from './delete-object.ts';
import { diffConfig } from './diff-config.ts';
import { diffObject } from './diff-object.ts';
import { readObject } from './read-object.ts';
import { readSettings } from './settings.ts';
import { updateObject } from './update-object.ts';

/** Makes the provider; it is of use once it is configured. */
export function createKubernetesProvider({ name, version }: { name: string; version: string }): Provider {
  let configured: Cluster | undefined;
  const getCluster = (): Cluster => {
    if (configured) return configured;
    throw new Error('the provider is not configured');
  };
  return {
    name,
    version,
    diffConfig,
    async configure(config: Properties) {
      configured = await openCluster(config, readSettings(config, process.env));
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
