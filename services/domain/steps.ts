// The steps of operations, and those that bring a cluster's layers up and down.

import { type Layer, type LayerSubject, listFollowing, listLayers, listPreceding } from './layers.ts';
import type { EngineAction, PlainStep } from './step-kinds.ts';

/** One durable step. */
export type Step = { kind: 'engine'; action: EngineAction; layer: Layer } | PlainStep;

/** What the steps depend on. */
export type StepSubject =
  | (LayerSubject & {
      kind: 'cluster';
      /** Layers that the change touches, see `layersTouched`; all that the cluster has when not said. */
      touched?: readonly Layer[];
      /** A deletion that goes on past what fails. */
      force?: boolean;
    })
  | { kind: 'fleet' }
  | { kind: 'federation'; force?: boolean }
  | { kind: 'placement'; force?: boolean };

type Touching = LayerSubject & { touched?: readonly Layer[] };

/** Takes the touched layers down, the last one first. A forced deletion spares nobody, so that nothing is waited for. */
export function planLayersDown({ force = false, ...subject }: Touching & { force?: boolean }): Step[] {
  return listTouched(subject)
    .toReversed()
    .flatMap((layer): Step[] => [...(force ? [] : listPreceding(layer)), { kind: 'engine', action: 'destroy', layer }]);
}

/** Brings the touched layers up and looks at what they made. */
export function planLayersUp(subject: Touching): Step[] {
  return listTouched(subject).flatMap((layer): Step[] => [
    { kind: 'engine', action: 'up', layer },
    ...listFollowing(layer),
  ]);
}

/** Lets go of whatever the steps before did not take down, and lists it. */
export function planAbandon(): Step[] {
  return [{ kind: 'record', action: 'abandon' }];
}

/** Whether the failure of an earlier step is lived with: a later one lets go of what was left. */
export function isForgiving(steps: readonly { kind: string; action: string }[]): boolean {
  return steps.some(({ kind, action }) => kind === 'record' && action === 'abandon');
}

function listTouched({ touched, ...subject }: Touching): Layer[] {
  return listLayers(subject).filter((layer) => touched === undefined || touched.includes(layer));
}
