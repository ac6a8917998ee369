// Which program makes which layer of which provider; only the one that is asked for is ever loaded.

import type { Layer, LayerProgram, StackProvider } from './contract.ts';

type Loader<L extends Layer> = () => Promise<LayerProgram<L>>;

// Each entry imports on its own: the SDKs cost memory and a second or so, and a runner needs one of them.
const CLOUD_LAYERS: Record<StackProvider, { network: Loader<'network'>; cluster: Loader<'cluster'> }> = {
  eks: {
    network: async () => (await import('./clusters/eks/program.ts')).networkProgram,
    cluster: async () => (await import('./clusters/eks/program.ts')).clusterProgram,
  },
  aks: {
    network: async () => (await import('./clusters/aks/program.ts')).networkProgram,
    cluster: async () => (await import('./clusters/aks/program.ts')).clusterProgram,
  },
  gke: {
    network: async () => (await import('./clusters/gke/program.ts')).networkProgram,
    cluster: async () => (await import('./clusters/gke/program.ts')).clusterProgram,
  },
};

/** Loads the program of one layer. Joining a federation is the same whoever runs the cluster. */
export async function getProgram<L extends Layer>(provider: StackProvider, layer: L): Promise<LayerProgram<L>>;
export async function getProgram(provider: StackProvider, layer: Layer): Promise<LayerProgram<never>> {
  if (layer === 'membership') return (await import('./membership/program.ts')).membershipProgram;
  return layer === 'network' ? CLOUD_LAYERS[provider].network() : CLOUD_LAYERS[provider].cluster();
}
