// Every layer with its part in the worker; one that is forgotten does not compile.

import type { Layer } from '../../../stacks/registry.ts';
import type { WorkerContext } from '../context.ts';
import type { ClusterSubject } from '../steps/cluster-subject.ts';
import type { StepOrder } from '../steps/step-order.ts';
import { prepareAddons } from './addons.ts';
import { prepareCluster } from './cluster.ts';
import { prepareMembership } from './membership.ts';
import { prepareNetwork } from './network.ts';
import type { PreparedLayer, PrepareLayer } from './prepare-layer.ts';

const preparers = {
  network: prepareNetwork,
  cluster: prepareCluster,
  addons: prepareAddons,
  membership: prepareMembership,
} as const satisfies { [L in Layer]: PrepareLayer<L> };

/** What the program of a layer gets, and what is to be done once it has run; undefined when it is not to run. */
export function prepareLayer(
  layer: Layer,
  context: WorkerContext,
  subject: ClusterSubject,
  order: StepOrder,
): Promise<PreparedLayer<Layer> | undefined> {
  return preparers[layer](context, subject, order);
}
