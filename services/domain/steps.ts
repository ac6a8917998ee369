// The steps of operations, and those that bring a cluster's layers up and down.

import { type Layer, layers, type LayerSubject, listFollowing, listLayers } from './layers.ts';
import type { EngineAction, PlainStep } from './step-kinds.ts';

/** One durable step. */
export type Step = { kind: 'engine'; action: EngineAction; layer: Layer } | PlainStep;

/** What the steps depend on. */
export type StepSubject =
  | (LayerSubject & {
      kind: 'cluster';
      /** Layers that may have something in the cloud; for `delete`. All of them when not said. */
      deployed?: readonly Layer[];
      /** Layers that the change touches; for `update`. See `layersTouched`. */
      touched?: readonly Layer[];
    })
  | { kind: 'fleet' }
  | { kind: 'federation' };

/** Takes down the layers that may have something in the cloud, the last one first. */
export function planLayersDown({ deployed = layers }: { deployed?: readonly Layer[] }): Step[] {
  return layers
    .filter((layer) => deployed.includes(layer))
    .toReversed()
    .map((layer) => ({ kind: 'engine', action: 'destroy', layer }));
}

/** Brings up the layers that are touched, all of them when not said, and looks at what they made. */
export function planLayersUp({ touched = layers, ...subject }: LayerSubject & { touched?: readonly Layer[] }): Step[] {
  return listLayers(subject)
    .filter((layer) => touched.includes(layer))
    .flatMap((layer): Step[] => [{ kind: 'engine', action: 'up', layer }, ...listFollowing(layer)]);
}
