// What the program of the addons layer gets and hands back.

import type { BaseInputs } from '../contract.ts';

/** What somebody may do in a cluster, from the least to the most. */
export type AccessLevel = 'viewer' | 'operator' | 'admin';

export type AddonsInputs = BaseInputs & {
  /** Path of a kubeconfig file, written for one step and removed after it; the path is stable, so that state does not change. */
  kubeconfig: string;
  /** Stable identity of the API server, so that a renewed kubeconfig never replaces the provider. */
  identifier: string;
  /** The cluster goes right after: an API server that does not answer any more holds nothing that would be left. */
  goes: boolean;
};

export type AddonsOutputs = {
  /** Namespace of Fleetyard's own objects. */
  namespace: string;
  /** Names of the service accounts by which people come in, by what they may do. */
  accounts: Record<AccessLevel, string>;
};
