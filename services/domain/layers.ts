// The layers of a cluster, one Pulumi stack each: their order, which clusters have them, and what follows once one stands.

import type { PlainStep } from './step-kinds.ts';

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
};

/** The layers in the order in which they are made; they are destroyed in reverse. What touches each says the table of fields. */
const layerRules = {
  network: { stands: () => true, then: [] },
  cluster: { stands: () => true, then: [{ kind: 'check', action: 'reachable' }] },
  membership: { stands: ({ federated }) => federated, then: [{ kind: 'hub', action: 'member-ready' }] },
} as const satisfies Record<string, LayerRule>;

/** One Pulumi stack of a cluster. */
export type Layer = keyof typeof layerRules;

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
