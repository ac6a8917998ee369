// Walks the steps of a claimed operation to an end, a pause or a hand-over.

import { deathsAllowed, isWornOut, judgeFailure } from '../domain/accounting.ts';
import type { OperationError } from '../domain/engine-errors.ts';
import { FleetyardError, isFleetyardError } from '../domain/errors.ts';
import { isForgiving } from '../domain/steps.ts';
import { killOperationProcesses } from '../engine/processes.ts';
import { countDeath, type ClaimedOperation } from '../store/leases.ts';
import { getOperation, type OperationRow } from '../store/operations.ts';
import { requeueOperation, interruptOperation } from '../store/retry-operation.ts';
import { finishOperation, waitForChildren } from '../store/settle-operation.ts';
import { listSteps, recordStep, type StepRow } from '../store/steps.ts';
import type { Tx } from '../store/transaction.ts';
import type { WorkerContext } from './context.ts';
import { keepLease, type HeldLease } from './hold-lease.ts';
import { performStep } from './steps/perform-step.ts';
import { toStoredError, type StepEnd } from './steps/step-end.ts';
import type { Taken } from './take-operations.ts';
import { traceClaim, traceEnd } from './trace-operation.ts';
import { writeUnderLease } from './write-under-lease.ts';

/** Operations that a run holds, by id: for cancels that should not wait for a heartbeat, and for shutdown. */
export type HeldOperations = Map<string, HeldLease & { handOver(): void }>;

/** How a run ended: the operation was let go of in order, or it was left to its lease. */
export type RunEnd = 'let-go' | 'lost';

type Walk = { operation: ClaimedOperation; lease: HeldLease; handOver: AbortSignal };

/** Steps that did not succeed yet, in order. */
function remaining(steps: StepRow[]): StepRow[] {
  return steps.filter((step) => step.state !== 'succeeded' && step.state !== 'skipped');
}

async function walkStep(context: WorkerContext, { operation, lease }: Walk, step: StepRow): Promise<StepEnd> {
  const record = (change: Omit<Parameters<typeof recordStep>[2], 'index'>): Promise<StepRow> =>
    writeUnderLease(context, lease, (tx) => recordStep(tx, lease, { index: step.index, ...change }));
  if (step.kind !== 'wait') await record({ state: 'running', done: 0, error: null });
  const end = await performStep(context, { operation, step, lease });
  if ('recorded' in end) return end;
  if (end.outcome === 'succeeded' || end.outcome === 'skipped') await record({ state: end.outcome });
  if (end.outcome === 'failed') await record({ state: 'failed', error: toStoredError(end.error) });
  return end;
}

async function walkSteps(context: WorkerContext, walk: Walk): Promise<StepEnd> {
  const { operation, lease } = walk;
  const steps = await writeUnderLease(context, lease, (tx) => listSteps(tx, operation.id));
  for (const step of remaining(steps)) {
    if (lease.lost.aborted) return { outcome: 'died', detail: 'the lease was lost' };
    // One that is handed over is looked at by whoever takes it next.
    if (walk.handOver.aborted) return { outcome: 'cancelled' };
    if (lease.cancelled.aborted) return reconcile(context, walk, step);
    const end = await walkStep(context, walk, step);
    const over = end.outcome === 'succeeded' || end.outcome === 'skipped';
    if (!over && !isLivedWith(context, walk, step, end, steps)) return end;
  }
  return { outcome: 'succeeded' };
}

/** Whether the walk goes on past a failure: it will not pass by itself, and a later step lets go of what was left. */
function isLivedWith(
  { random }: WorkerContext,
  { operation }: Walk,
  step: StepRow,
  end: StepEnd,
  steps: readonly StepRow[],
): boolean {
  if (end.outcome !== 'failed' || !isForgiving(steps.filter(({ index }) => index > step.index))) return false;
  return judgeFailure(operation, end.error.class, random) === undefined;
}

/**
 * A cancelled operation whose worker vanished, or whose engine had to be killed, may have left a lock and half-made resources: put the
 * stack right before it counts as cancelled. A worker that is told to stop leaves that to the next one.
 */
async function reconcile(
  context: WorkerContext,
  { operation, lease, handOver }: Walk,
  step: StepRow,
): Promise<StepEnd> {
  if (step.kind !== 'engine' || handOver.aborted) return { outcome: 'cancelled' };
  const uncancelled = { ...lease, cancelled: handOver };
  const end = await performStep(context, { operation, step, lease: uncancelled, onlySettle: true });
  return end.outcome === 'succeeded' || end.outcome === 'skipped' ? { outcome: 'cancelled' } : end;
}

async function settleFailure(context: WorkerContext, tx: Tx, walk: Walk, error: OperationError): Promise<OperationRow> {
  const { operation, lease } = walk;
  const stored = toStoredError(error);
  const delay = judgeFailure(operation, error.class, context.random);
  if (delay === undefined) return finishOperation(tx, { ...lease, outcome: 'failed', error: stored });
  return requeueOperation(tx, { ...lease, delaySeconds: delay * context.retryScale, error: stored });
}

async function settleDeath(tx: Tx, { operation, lease, handOver }: Walk, detail: string): Promise<OperationRow> {
  // An engine that had to be killed so that this worker can stop is no fault of the operation's.
  if (handOver.aborted) return interruptOperation(tx, { ...lease, reason: detail, because: 'handed-over' });
  if (isWornOut({ deaths: operation.deaths + 1 })) {
    await countDeath(tx, lease);
    return giveUp(tx, lease, detail);
  }
  return interruptOperation(tx, { ...lease, reason: detail, because: 'died' });
}

/** Too many workers vanished over it: a person has to look before another one is put at risk. */
function giveUp(tx: Tx, lease: HeldLease, detail: string): Promise<OperationRow> {
  const advice = 'Look at the stack and the events of the operation, then retry it.';
  const message = `${deathsAllowed} workers or runners vanished while they held it. The last one: ${detail}`;
  const error = { code: 'worker-lost', class: 'internal', message, advice };
  return finishOperation(tx, { ...lease, outcome: 'needs_attention', error });
}

function settle(context: WorkerContext, tx: Tx, walk: Walk, end: StepEnd): Promise<OperationRow> {
  const { lease } = walk;
  switch (end.outcome) {
    case 'succeeded':
    case 'skipped':
      return finishOperation(tx, { ...lease, outcome: 'succeeded' });
    case 'failed':
      return settleFailure(context, tx, walk, end.error);
    case 'waiting':
      return waitForChildren(tx, lease);
    case 'cancelled':
      return walk.handOver.aborted
        ? interruptOperation(tx, { ...lease, reason: 'the worker was told to stop', because: 'handed-over' })
        : finishOperation(tx, { ...lease, outcome: 'cancelled' });
    case 'died':
      return settleDeath(tx, walk, end.detail);
  }
}

/** The operation as it was let go of, and its parent where that ended with it: nobody else would tell of that. */
async function settleWithin(
  context: WorkerContext,
  tx: Tx,
  walk: Walk,
  end: StepEnd,
): Promise<{ settled: OperationRow; parent?: OperationRow }> {
  const settled = await settle(context, tx, walk, end);
  const { parentId, finishedAt } = settled;
  if (context.tracing === undefined || parentId === null || finishedAt === null) return { settled };
  const parent = await getOperation(tx, parentId);
  const endedNow = parent.finishedAt !== null && parent.finishedAt >= finishedAt;
  return endedNow ? { settled, parent } : { settled };
}

function measureClaim(
  { metrics }: WorkerContext,
  { claimedFrom, attempt, createdAt, startedAt }: ClaimedOperation,
): void {
  metrics.count(claimedFrom === 'interrupted' ? 'recovered' : 'claimed');
  if (attempt === 1 && startedAt !== null) metrics.observeWait((startedAt.getTime() - createdAt.getTime()) / 1000);
}

function measureEnd({ metrics }: WorkerContext, { state, error }: OperationRow, handOver: AbortSignal): void {
  if (state === 'queued') metrics.countRetry(error?.code ?? 'internal');
  if (state === 'interrupted') metrics.count(handOver.aborted ? 'handed-over' : 'died');
  if (state === 'needs_attention') metrics.count('needs-attention');
}

/** Runs an operation that was claimed as far as it goes now; what is held is noted before anything is waited for. */
export async function runClaimed(
  context: WorkerContext,
  held: HeldOperations,
  { operation, claimedAt }: Taken,
): Promise<RunEnd> {
  const operationId = operation.id;
  const log = context.logger.child({ operation: operation.id, kind: operation.kind, resource: operation.resourceId });
  const handOver = new AbortController();
  const lease = keepLease(
    context,
    { operationId, fence: operation.fence },
    {
      cancelRequested: operation.state === 'cancelling',
      handOver: handOver.signal,
      claimedAt,
    },
  );
  const claim = { ...lease, handOver: () => handOver.abort() };
  held.set(operationId, claim);
  measureClaim(context, operation);
  traceClaim(context, operation);
  log.info({ fence: operation.fence, attempt: operation.attempt, from: operation.claimedFrom }, 'claimed');
  try {
    if (operation.claimedFrom === 'interrupted') {
      const killed = await killOperationProcesses(operationId);
      if (killed > 0) log.warn({ killed }, 'ended processes that an earlier worker left');
    }
    if (isWornOut(operation)) {
      await writeUnderLease(context, lease, (tx) => giveUp(tx, lease, 'its lease ran out'));
      context.metrics.count('needs-attention');
      log.error({ deaths: operation.deaths }, 'needs attention');
      return 'let-go';
    }
    const walk = { operation, lease, handOver: handOver.signal };
    const end = await walkSteps(context, walk);
    if (lease.lost.aborted) throw new FleetyardError('lease-lost', 'Nobody may write the operation now.');
    const { settled, parent } = await writeUnderLease(context, lease, (tx) => settleWithin(context, tx, walk, end));
    measureEnd(context, settled, handOver.signal);
    for (const ended of [settled, parent]) if (ended !== undefined) traceEnd(context, ended);
    log.info({ state: settled.state, error: settled.error?.code }, 'let go');
    return 'let-go';
  } catch (error) {
    if (!isFleetyardError(error, 'lease-lost')) throw error;
    context.metrics.count('lease-lost');
    log.warn('the lease was lost; another worker goes on');
    return 'lost';
  } finally {
    lease.release();
    // This worker may have claimed it again, while the walk of the lost lease came to its end.
    if (held.get(operationId) === claim) held.delete(operationId);
  }
}
