// The network layer: the ranges of the cluster.

import type { NetworkInputs } from '../../../stacks/contract.ts';
import { buildBaseInputs, type StepCluster } from './base-inputs.ts';
import type { PrepareLayer } from './prepare-layer.ts';

/** Prepares a step of the network layer. */
export const prepareNetwork: PrepareLayer<'network'> = async (_context, subject) => ({
  inputs: buildNetworkInputs(subject.step),
  cleanUp: async () => undefined,
});

/** Inputs of the network layer. */
export function buildNetworkInputs(cluster: StepCluster): NetworkInputs {
  return { ...buildBaseInputs(cluster), ...cluster.spec.network };
}
