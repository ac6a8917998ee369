// What a layer's part in the worker is: it builds what the layer's program gets, and cleans up behind the step.

import type { Layer, LayerInputs } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import type { ClusterSubject } from '../steps/cluster-subject.ts';
import type { StepOrder } from '../steps/step-order.ts';

/** Removes whatever was made for a step alone; `held` says that its lease still holds, so that nobody else is at work on the cluster. */
export type CleanUp = (held: boolean) => Promise<void>;

/** What a program gets, and what is to be done once it has run. */
export type PreparedLayer<L extends Layer> = {
  inputs: LayerInputs[L];
  /** Of the runner's environment, beside those of the cloud. */
  variables?: Record<string, string>;
  cleanUp: CleanUp;
  /** A folder that was made for the step alone, which its processes read. */
  folder?: string;
};

/** Prepares a step of one layer; undefined when it is to be skipped. Throws `internal` when a layer below does not stand. */
export type PrepareLayer<L extends Layer> = (
  context: WorkerContext,
  subject: ClusterSubject,
  order: StepOrder,
) => Promise<PreparedLayer<L> | undefined>;
