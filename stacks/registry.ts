// The providers of clusters and the programs of every layer; only the program that is asked for is ever loaded.

import { aks } from './clusters/aks/provider.ts';
import { eks } from './clusters/eks/provider.ts';
import { gke } from './clusters/gke/provider.ts';
import type { Layer, LayerProgram, StackProvider } from './contract.ts';
import { membershipRecovery } from './membership/recovery.ts';
import type { ClusterProvider, ProgramLoader, StackRecovery } from './provider.ts';

/** One row a provider. */
export const clusterProviders = { eks, aks, gke } as const satisfies Record<StackProvider, ClusterProvider>;

/** One provider. */
export function getClusterProvider(provider: StackProvider): ClusterProvider {
  return clusterProviders[provider];
}

/** Loads the program of one layer. Joining a federation is the same whoever runs the cluster. */
export async function getProgram<L extends Layer>(provider: StackProvider, layer: L): Promise<LayerProgram<L>> {
  const loaders: { [Each in Layer]: ProgramLoader<Each> } = {
    ...getClusterProvider(provider).programs,
    membership: async () => (await import('./membership/program.ts')).membershipProgram,
  };
  return loaders[layer]();
}

/** How a stack of one layer is recovered. */
export function getRecovery(provider: StackProvider, layer: Layer): StackRecovery {
  const { recovery } = getClusterProvider(provider);
  const recoveries: Record<Layer, StackRecovery> = {
    network: recovery,
    cluster: recovery,
    membership: membershipRecovery,
  };
  return recoveries[layer];
}
