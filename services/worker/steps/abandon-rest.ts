// Lets go of what still stands: lists it, keeps its ranges from being cut again, and marks its stacks. Asks no cloud and no hub.

import type { Schemas } from '../../contract/schemas.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import { listStanding } from '../../domain/standing-resources.ts';
import { readDeployment } from '../../engine/read-deployment.ts';
import { keepRangesForeign } from '../../store/ranges.ts';
import { mergeStatus } from '../../store/resources.ts';
import { saveResult } from '../../store/results.ts';
import { findSnapshot, listStacks, markStacksAbandoned, type StackRow } from '../../store/stacks.ts';
import type { WorkerContext } from '../context.ts';
import type { StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';

type LeftStack = Schemas['LeftStack'];

/** Performs the step; a second run finds what the first one wrote. */
export async function abandonRest(context: WorkerContext, { operation, lease }: StepOrder): Promise<StepEnd> {
  const { resourceKind, resourceId } = operation;
  if (operation.result?.left !== undefined) return { outcome: 'succeeded' };
  if (resourceKind !== 'cluster') {
    await context.store.asSystem((tx) => saveResult(tx, lease, { left: [] }));
    return { outcome: 'succeeded' };
  }
  const { spec, releaseRanges = false } = readOperationInput(operation, 'cluster');
  const left = await listLeft(context, resourceId);
  await context.store.asSystem(async (tx) => {
    await markStacksAbandoned(tx, lease, resourceId);
    const keeps = left.length > 0 && !releaseRanges;
    const note = `a range that the abandoned cluster "${spec.name}" (${resourceId}) left`;
    const keptRanges = keeps ? await keepRangesForeign(tx, resourceId, note) : [];
    await saveResult(tx, lease, { left, keptRanges });
    await mergeStatus(tx, operation, { left });
  });
  return { outcome: 'succeeded' };
}

/** What the stacks of a cluster hold, the last layer first, as far as anybody knows. */
async function listLeft(context: WorkerContext, clusterId: string): Promise<LeftStack[]> {
  const stacks = await context.store.asSystem((tx) => listStacks(tx, clusterId));
  const left: LeftStack[] = [];
  for (const stack of stacks.filter(({ destroyedAt }) => destroyedAt === null).toReversed()) {
    const { source, resources } = await inspect(context, stack);
    if (source !== 'state' || resources.length > 0)
      left.push({ layer: stack.layer, stack: stack.name, source, resources });
  }
  return left;
}

/** A list from the state is whole; one from a copy that was kept before a change may be older than what stands. */
async function inspect(context: WorkerContext, stack: StackRow): Promise<Pick<LeftStack, 'source' | 'resources'>> {
  const { engine, logger, store } = context;
  try {
    const deployment = await readDeployment({ ...engine, home: engine.homes[stack.home], stackName: stack.name });
    return { source: 'state', resources: listStanding(deployment) };
  } catch (error) {
    logger.warn({ err: error, stack: stack.name }, 'the state of the stack could not be read; its last copy has to do');
  }
  const resources = listStanding(await store.asSystem((tx) => findSnapshot(tx, stack.id)));
  return { source: resources.length === 0 ? 'unknown' : 'snapshot', resources };
}
