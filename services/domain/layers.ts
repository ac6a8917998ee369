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
  /** Whether its program speaks to servers of the user's choice, whose words are repeated to nobody. */
  meetsStrangers: boolean;
};

/** The layers in the order in which they are made; they are destroyed in reverse. What touches each says the table of fields. */
const layerRules = {
  network: { stands: () => true, then: [], deadline: 'of the provider', meetsStrangers: false },
  cluster: {
    stands: () => true,
    then: [{ kind: 'check', action: 'reachable' }],
    deadline: 'of the provider',
    meetsStrangers: false,
  },
  membership: {
    stands: ({ federated }) => federated,
    then: [{ kind: 'hub', action: 'member-ready' }],
    before: [{ kind: 'hub', action: 'drain' }],
    deadline: { up: 900, destroy: 900 },
    meetsStrangers: true,
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

/** What precedes each `destroy` of a layer. */
export function listPreceding(layer: Layer): readonly PlainStep[] {
  const { before = [] }: LayerRule = layerRules[layer];
  return before;
}

/** Whether the words of a layer's step may be a stranger's. */
export function meetsStrangers(layer: Layer): boolean {
  return layerRules[layer].meetsStrangers;
}

/** How long a step of a layer may take; `ofProvider` says so of the layers that each provider makes in its own way. */
export function getLayerSpan(layer: Layer, ofProvider: Readonly<Record<ProviderLayer, Span>>): Span {
  const { deadline } = layerRules[layer];
  return deadline === 'of the provider' ? ofProvider[layer as ProviderLayer] : deadline;
}
