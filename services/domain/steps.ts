// The layers of a cluster, and the steps that bring them up and down.

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

/** Takes down the layers that may have something in the cloud, the last one first. */
export function planLayersDown({ deployed = layers }: { deployed?: readonly Layer[] }): Step[] {
  return layers
    .filter((layer) => deployed.includes(layer))
    .toReversed()
    .map((layer) => ({ kind: 'engine', action: 'destroy', layer }));
}

/** Brings up the layers that are touched, all of them when not said, and checks what they made. */
export function planLayersUp({
  federated,
  touched = layers,
}: {
  federated: boolean;
  touched?: readonly Layer[];
}): Step[] {
  const steps: Step[] = [];
  if (touched.includes('network')) steps.push({ kind: 'engine', action: 'up', layer: 'network' });
  if (touched.includes('cluster')) {
    steps.push({ kind: 'engine', action: 'up', layer: 'cluster' }, { kind: 'check', action: 'reachable' });
  }
  if (federated && touched.includes('membership')) {
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
