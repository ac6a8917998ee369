// The providers of clusters, the layers that they share, and the program of each; only the one that is asked for is ever loaded.

import { addons } from './addons/layer.ts';
import { aks } from './clusters/aks/provider.ts';
import { eks } from './clusters/eks/provider.ts';
import { gke } from './clusters/gke/provider.ts';
import type { Program, ProviderInputs, ProviderOutputs } from './contract.ts';
import { membership } from './membership/layer.ts';
import type { ClusterProvider, ProgramLoader, SharedLayer, StackRecovery } from './provider.ts';

/** One row a provider. */
export const clusterProviders = { eks, aks, gke } as const satisfies Record<string, ClusterProvider>;

/** A provider whose clusters a program can make. */
export type StackProvider = keyof typeof clusterProviders;

/** One row a layer that is the same at every provider. */
const sharedLayers = { addons, membership } as const;

type Shared = typeof sharedLayers;

/** Inputs by layer. */
export type LayerInputs = ProviderInputs & {
  [L in keyof Shared]: Shared[L] extends SharedLayer<infer Inputs, unknown> ? Inputs : never;
};

/** Outputs by layer. */
export type LayerOutputs = ProviderOutputs & {
  [L in keyof Shared]: Shared[L] extends SharedLayer<infer _Inputs, infer Outputs> ? Outputs : never;
};

/** One Pulumi stack of a cluster. */
export type Layer = keyof LayerInputs;

/** A program of one layer. */
export type LayerProgram<L extends Layer> = Program<LayerInputs[L], LayerOutputs[L]>;

/** One provider. */
export function getClusterProvider(provider: StackProvider): ClusterProvider {
  return clusterProviders[provider];
}

/** Loads the program of one layer. */
export async function getProgram<L extends Layer>(provider: StackProvider, layer: L): Promise<LayerProgram<L>> {
  const loaders: { [Each in Layer]: ProgramLoader<LayerProgram<Each>> } = {
    ...getClusterProvider(provider).programs,
    addons: sharedLayers.addons.load,
    membership: sharedLayers.membership.load,
  };
  return loaders[layer]();
}

/** How a stack of one layer is recovered. */
export function getRecovery(provider: StackProvider, layer: Layer): StackRecovery {
  return isShared(layer) ? sharedLayers[layer].recovery : getClusterProvider(provider).recovery;
}

function isShared(layer: Layer): layer is keyof Shared {
  return Object.hasOwn(sharedLayers, layer);
}
