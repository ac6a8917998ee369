// Which steps an operation has, as a pure function of what is changed.

import type { OperationKind } from './operation.ts';

/** One Pulumi stack of a cluster. */
export type Layer = 'network' | 'cluster' | 'membership';

/** The layers in the order in which they are made; they are destroyed in reverse. */
export const layers = ['network', 'cluster', 'membership'] as const satisfies Layer[];

/** What the engine does with a stack. */
export type EngineAction = 'preview' | 'up' | 'refresh' | 'destroy';

/**
 * One durable step. `engine` runs Pulumi on one layer; `check` asks the cluster's API server; `hub` asks or changes the
 * federation's hub; `wait` holds a fleet's operation until its children have ended.
 */
export type Step =
  | { kind: 'engine'; action: EngineAction; layer: Layer }
  | { kind: 'check'; action: 'reachable' }
  | { kind: 'hub'; action: 'check' | 'member-ready' | 'detach' }
  | { kind: 'wait'; action: 'children' };

/** States of a step. */
export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';

/** What the steps depend on. */
export type StepSubject =
  | {
      kind: 'cluster';
      /** Whether the cluster is, after this operation, a member of a federation. */
      federated: boolean;
      /** Layers that may have something in the cloud; for `delete`. All of them when not said. */
      deployed?: readonly Layer[];
      /** Layers that the change touches; for `update`. See `layersTouched`. */
      touched?: readonly Layer[];
    }
  | { kind: 'fleet' }
  | { kind: 'federation' };

/** Plans the steps of an operation. */
export function planSteps(kind: OperationKind, subject: StepSubject): Step[] {
  switch (subject.kind) {
    case 'cluster':
      return planClusterSteps(kind, subject);
    case 'fleet':
      return [{ kind: 'wait', action: 'children' }];
    case 'federation':
      return [{ kind: 'hub', action: kind === 'delete' ? 'detach' : 'check' }];
  }
}

function planClusterSteps(kind: OperationKind, subject: Extract<StepSubject, { kind: 'cluster' }>): Step[] {
  if (kind === 'delete') {
    const deployed = subject.deployed ?? layers;
    return layers
      .filter((layer) => deployed.includes(layer))
      .toReversed()
      .map((layer) => ({ kind: 'engine', action: 'destroy', layer }));
  }
  const touched = kind === 'create' ? layers : (subject.touched ?? layers);
  const steps: Step[] = [];
  if (touched.includes('network')) steps.push({ kind: 'engine', action: 'up', layer: 'network' });
  if (touched.includes('cluster')) {
    steps.push({ kind: 'engine', action: 'up', layer: 'cluster' }, { kind: 'check', action: 'reachable' });
  }
  if (subject.federated && touched.includes('membership')) {
    steps.push({ kind: 'engine', action: 'up', layer: 'membership' }, { kind: 'hub', action: 'member-ready' });
  }
  return steps;
}

/** The layers that a change of a cluster's spec touches, from the pointers that `diffCluster` names. */
export function layersTouched(changed: readonly string[]): Layer[] {
  const touched = new Set<Layer>();
  for (const pointer of changed) for (const layer of layersOf(pointer)) touched.add(layer);
  return layers.filter((layer) => touched.has(layer));
}

function layersOf(pointer: string): readonly Layer[] {
  const [field, , part] = pointer.split('/').slice(1);
  switch (field) {
    // Only Fleetyard knows of these: they say how a value was asked for, or who may ask.
    case 'protect':
    case 'credential':
    case 'requestedVersion':
      return [];
    case 'nodePools':
      return part === 'machine' ? [] : ['cluster'];
    // The cluster's own labels stand at the hub alone.
    case 'labels':
      return ['membership'];
    case 'tags':
      return ['network', 'cluster'];
    default:
      return ['cluster'];
  }
}
