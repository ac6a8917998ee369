// What a layer's part in the worker is: it builds what the layer's program gets, and cleans up behind the step.

import type { Layer, LayerInputs } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import type { ClusterSubject } from '../steps/cluster-subject.ts';

/** What a program gets; `cleanUp` removes whatever was made for this step alone. */
export type PreparedLayer<L extends Layer> = { inputs: LayerInputs[L]; cleanUp(): Promise<void> };

/** Prepares a step of one layer. Throws `internal` when a layer below does not stand. */
export type PrepareLayer<L extends Layer> = (
  context: WorkerContext,
  subject: ClusterSubject,
) => Promise<PreparedLayer<L>>;
