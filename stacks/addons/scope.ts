// The API server that add-ons live in, the namespace of Fleetyard's own, and what marks an object as made by it.

import { Provider } from '@pulumi/kubernetes/provider.js';
import { getOwnTags } from '../tags.ts';
import type { AddonsInputs } from './contract.ts';

/** The namespace of Fleetyard's own objects. */
export const SYSTEM_NAMESPACE = 'fleetyard-system';

/** Labels of every object: who keeps it, and for which cluster. The user's own tags stay outside of the cluster. */
export function getObjectLabels({ identity }: AddonsInputs): Record<string, string> {
  return { 'app.kubernetes.io/managed-by': 'fleetyard', ...getOwnTags(identity) };
}

/** See the membership's providers for why the kubeconfig is a path and the identifier is set. */
export function createProvider({ kubeconfig, identifier, goes }: AddonsInputs): Provider {
  // Only at the end: an `up` that took silence for absence would make everything twice.
  const end = goes ? { deleteUnreachable: true } : {};
  // What a step made that died is there for the next one.
  const adopts = { upsertExistingObjects: true };
  return new Provider('cluster', { kubeconfig, clusterIdentifier: identifier, ...adopts, ...end });
}
