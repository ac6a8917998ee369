// Which steps an operation has, as a pure function of what is changed.

import { type Layer, layers, type LayerSubject, listFollowing, listLayers } from './layers.ts';
import type { OperationKind } from './operation.ts';
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

/** Plans the steps of an operation. */
export function planSteps(kind: OperationKind, subject: StepSubject): Step[] {
  switch (subject.kind) {
    case 'cluster':
      return kind === 'delete' ? planDestroy(subject.deployed ?? layers) : planUp(kind, subject);
    case 'fleet':
      return [{ kind: 'wait', action: 'children' }];
    case 'federation':
      return [{ kind: 'hub', action: kind === 'delete' ? 'detach' : 'check' }];
  }
}

/** Takes layers down, the last one first. */
export function planDestroy(deployed: readonly Layer[]): Step[] {
  return layers
    .filter((layer) => deployed.includes(layer))
    .toReversed()
    .map((layer) => ({ kind: 'engine', action: 'destroy', layer }));
}

function planUp(kind: OperationKind, subject: Extract<StepSubject, { kind: 'cluster' }>): Step[] {
  const touched = kind === 'create' ? layers : (subject.touched ?? layers);
  return listLayers(subject)
    .filter((layer) => touched.includes(layer))
    .flatMap((layer): Step[] => [{ kind: 'engine', action: 'up', layer }, ...listFollowing(layer)]);
}
