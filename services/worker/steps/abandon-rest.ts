// Lets go of what still stands: lists it, keeps its ranges from being cut again, and marks its stacks. Asks no cloud and no hub.

import type { Schemas } from '../../contract/schemas.ts';
import { isFleetyardError } from '../../domain/errors.ts';
import { readOperationInput } from '../../domain/operation-input.ts';
import { listStanding } from '../../domain/standing-resources.ts';
import { readDeployment } from '../../engine/read-deployment.ts';
import { keepRangesForeign } from '../../store/ranges.ts';
import { saveResult } from '../../store/results.ts';
import { getStackHealth } from '../../store/stack-health.ts';
import { findSnapshot, listStacks, markStacksAbandoned, type StackRow } from '../../store/stacks.ts';
import { mergeStatus } from '../../store/write-observed.ts';
import type { WorkerContext } from '../context.ts';
import type { HeldLease } from '../hold-lease.ts';
import { writeUnderLease } from '../write-under-lease.ts';
import type { StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';

type LeftStack = Schemas['LeftStack'];

/** Performs the step; a second run finds what the first one wrote. */
export async function abandonRest(context: WorkerContext, { operation, lease }: StepOrder): Promise<StepEnd> {
  const { resourceKind, resourceId } = operation;
  if (operation.result?.left !== undefined) return { outcome: 'succeeded' };
  if (resourceKind !== 'cluster') {
    await writeUnderLease(context, lease, (tx) => saveResult(tx, lease, { left: [] }));
    return { outcome: 'succeeded' };
  }
  const { spec, releaseRanges = false } = readOperationInput(operation, 'cluster');
  const left = await listLeft(context, lease, resourceId);
  await writeUnderLease(context, lease, async (tx) => {
    // First, for it locks the cluster before the operation.
    await mergeStatus(tx, lease, operation, { left });
    await markStacksAbandoned(tx, lease, resourceId);
    const keeps = left.length > 0 && !releaseRanges;
    const note = `a range that the abandoned cluster "${spec.name}" (${resourceId}) left`;
    const keptRanges = keeps ? await keepRangesForeign(tx, resourceId, note) : [];
    await saveResult(tx, lease, { left, keptRanges });
  });
  return { outcome: 'succeeded' };
}

/** What the stacks of a cluster hold, the last layer first, as far as anybody knows. */
async function listLeft(context: WorkerContext, lease: HeldLease, clusterId: string): Promise<LeftStack[]> {
  const stacks = await writeUnderLease(context, lease, (tx) => listStacks(tx, clusterId));
  const left: LeftStack[] = [];
  for (const stack of stacks.filter(({ destroyedAt }) => destroyedAt === null).toReversed()) {
    const { source, resources } = await inspect(context, lease, stack);
    if (source !== 'state' || resources.length > 0)
      left.push({ layer: stack.layer, stack: stack.name, source, resources });
  }
  return left;
}

/** A list from the state is whole; one from a copy that was kept before a change may be older than what stands. */
async function inspect(
  context: WorkerContext,
  lease: HeldLease,
  stack: StackRow,
): Promise<Pick<LeftStack, 'source' | 'resources'>> {
  const { doubtful } = await writeUnderLease(context, lease, (tx) => getStackHealth(tx, stack.id));
  try {
    return { source: 'state', resources: listStanding(await readState(context, lease, stack), doubtful) };
  } catch (error) {
    if (isFleetyardError(error, 'lease-lost')) throw error;
    const message = 'the state of the stack could not be read; its last copy has to do';
    context.logger.warn({ err: error, stack: stack.name }, message);
  }
  const copy = await writeUnderLease(context, lease, (tx) => findSnapshot(tx, stack.id));
  const source = listStanding(copy).length === 0 ? 'unknown' : 'snapshot';
  return { source, resources: listStanding(copy, doubtful) };
}

/** Reads the deployment by a login of the lease's own, which shuts out whoever had the stack before. */
async function readState({ engine, logger }: WorkerContext, lease: HeldLease, stack: StackRow): Promise<unknown> {
  const { id: stackId, name: stackName, projectId, home } = stack;
  const state = await engine.openState({ lease, projectId, stackId, stackName });
  try {
    return await readDeployment({ ...engine, home: engine.homes[home], backendUrl: state.backendUrl, stackName });
  } finally {
    // What is left when the database does not answer is swept.
    await state.close().catch((error: unknown) => logger.warn({ err: error }, 'a login is left'));
  }
}
