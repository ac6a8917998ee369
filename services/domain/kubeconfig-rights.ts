// Who may have a kubeconfig of a cluster.

import type { Schemas } from '../contract/schemas.ts';
import { getManagedRules } from './providers/registry.ts';
import type { ManagedProvider } from './providers/rules.ts';

/** The least role that may have a kubeconfig; a token that opens more than the cluster is for those who hold the credential anyway. */
export function getKubeconfigRole(provider: ManagedProvider): Schemas['Role'] {
  return getManagedRules(provider).tokenOpens === 'cluster' ? 'operator' : 'admin';
}
