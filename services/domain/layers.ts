// The layers of a cluster, one Pulumi stack each: their order, which clusters have them, and what follows once one stands.

import type { PlainStep, Span } from './step-kinds.ts';

/** What decides which layers a cluster has. */
export type LayerSubject = {
  /** Whether it is, after the operation, a member of a federation. */
  federated: boolean;
};

type LayerRule = {
  /** Whether such a cluster has the layer. */
  stands(subject: LayerSubject): boolean;
  /** What is looked at after each `up` of it. */
  then: readonly PlainStep[];
  /** What is done before a `destroy` of it, unless that is forced. */
  before?: readonly PlainStep[];
  /** How long a step of it may take; the providers say so of the layers that each makes in its own way. */
  deadline: Span | 'of the provider';
  /** The servers of the user's choice that its program speaks to, to begin a sentence; their own words are repeated to nobody. */
  strangers: string | null;
  /** Whether clusters stood before it was thought of: those that lack it are not as they should be. */
  cameLater: boolean;
};

/** The layers in the order in which they are made; they are destroyed in reverse. What touches each says the table of fields. */
const layerRules = {
  network: { stands: () => true, then: [], deadline: 'of the provider', strangers: null, cameLater: false },
  cluster: {
    stands: () => true,
    then: [{ kind: 'check', action: 'reachable' }],
    deadline: 'of the provider',
    strangers: null,
    cameLater: false,
  },
  // Everything that lives inside of the cluster.
  addons: {
    stands: () => true,
    then: [],
    deadline: { up: 600, destroy: 600 },
    // Whoever may write to a cluster can put servers of their own behind its API.
    strangers: "The cluster's API server",
    cameLater: true,
  },
  membership: {
    stands: ({ federated }) => federated,
    then: [{ kind: 'hub', action: 'member-ready' }],
    before: [{ kind: 'hub', action: 'drain' }],
    deadline: { up: 900, destroy: 900 },
    strangers: 'The hub or the member',
    cameLater: false,
  },
} as const satisfies Record<string, LayerRule>;

/** One Pulumi stack of a cluster. */
export type Layer = keyof typeof layerRules;

/** A layer that each provider makes in its own way, and in its own time. */
export type ProviderLayer = {
  [L in Layer]: (typeof layerRules)[L]['deadline'] extends Span ? never : L;
}[Layer];

/** The layers in the order in which they are made. */
export const layers = Object.keys(layerRules) as Layer[];

/** The layers that such a cluster has, in the order in which they are made. */
export function listLayers(subject: LayerSubject): Layer[] {
  return layers.filter((layer) => layerRules[layer].stands(subject));
}

/** What follows each `up` of a layer. */
export function listFollowing(layer: Layer): readonly PlainStep[] {
  return layerRules[layer].then;
}

/** Whether each provider makes the layer in its own way, with the plugin of its cloud. */
export function isOfProvider(layer: Layer): layer is ProviderLayer {
  return layerRules[layer].deadline === 'of the provider';
}

/** What precedes each `destroy` of a layer. */
export function listPreceding(layer: Layer): readonly PlainStep[] {
  const { before = [] }: LayerRule = layerRules[layer];
  return before;
}

/** Whose words those of a layer's step may be; null when no stranger has a say in it. */
export function findStrangers(layer: Layer): string | null {
  return layerRules[layer].strangers;
}

/** The layers that clusters may lack because they were made before these were thought of. */
export const laterLayers = layers.filter((layer) => layerRules[layer].cameLater);

/** How long a step of a layer may take; `ofProvider` says so of the layers that each provider makes in its own way. */
export function getLayerSpan(layer: Layer, ofProvider: Readonly<Record<ProviderLayer, Span>>): Span {
  const { deadline } = layerRules[layer];
  return deadline === 'of the provider' ? ofProvider[layer as ProviderLayer] : deadline;
}
