// Tells a collector of operations: how long each waited and took, its steps, their runners and what those made. Spans have ids that follow
// from the operation's, so that whoever goes on with it after a crash tells of the same trace.

import type { ResourceEvent } from '../engine/step-request.ts';
import type { ClaimedOperation } from '../store/leases.ts';
import type { OperationRow } from '../store/operations.ts';
import type { SpanAttributes } from '../tracing/spans.ts';
import { newSpanId, readTraceParent, spanIdOf, traceIdOf, type TraceContext } from '../tracing/trace-context.ts';
import type { WorkerContext } from './context.ts';
import type { StepEnd } from './steps/step-end.ts';
import type { StepOrder } from './steps/step-order.ts';

type Traced = Pick<WorkerContext, 'tracing'>;
type Place = { context: TraceContext; parentSpanId: string | undefined };

/** Where an operation stands in its trace: under its parent, or under the change that asked for it. */
function placeOf(
  { samples }: NonNullable<WorkerContext['tracing']>,
  { id, parentId, input }: Pick<OperationRow, 'id' | 'parentId' | 'input'>,
): Place {
  const asked = readTraceParent(input.trace);
  const traceId = asked?.traceId ?? traceIdOf(parentId ?? id);
  const context = { traceId, spanId: spanIdOf(id), sampled: asked?.sampled ?? samples(traceId) };
  return { context, parentSpanId: parentId === null ? asked?.spanId : spanIdOf(parentId) };
}

/** Tells how long an operation waited until it was claimed for the first time. */
export function traceClaim({ tracing }: Traced, operation: ClaimedOperation): void {
  const { attempt, claimedFrom, createdAt, startedAt } = operation;
  if (tracing === undefined || attempt !== 1 || claimedFrom !== 'queued' || startedAt === null) return;
  const { context } = placeOf(tracing, operation);
  tracing.tell({
    name: 'queue',
    kind: 'consumer',
    context: { ...context, spanId: newSpanId() },
    parentSpanId: context.spanId,
    begin: createdAt,
    end: startedAt,
    attributes: { 'fleetyard.operation.id': operation.id },
  });
}

/** Tells of an operation that has come to its end; says nothing of any other. */
export function traceEnd({ tracing }: Traced, operation: OperationRow): void {
  const { finishedAt, state } = operation;
  if (tracing === undefined || finishedAt === null) return;
  const { context, parentSpanId } = placeOf(tracing, operation);
  tracing.tell({
    name: `${operation.kind} ${operation.resourceKind}`,
    kind: 'internal',
    context,
    parentSpanId,
    begin: operation.createdAt,
    end: finishedAt,
    failed: state === 'failed' || state === 'needs_attention',
    attributes: {
      'fleetyard.operation.id': operation.id,
      'fleetyard.operation.state': state,
      'fleetyard.operation.attempt': operation.attempt,
      'fleetyard.resource.id': operation.resourceId,
      'fleetyard.project.id': operation.projectId,
      ...(operation.error === null ? {} : { 'error.type': operation.error.code }),
    },
  });
}

/** Performs a step as a span of its operation. */
export async function traceStep(
  context: Traced,
  order: StepOrder,
  perform: (order: StepOrder) => Promise<StepEnd>,
): Promise<StepEnd> {
  const { tracing } = context;
  if (tracing === undefined) return perform(order);
  const { operation, step } = order;
  const { context: parent } = placeOf(tracing, operation);
  const own = { ...parent, spanId: newSpanId() };
  const begin = new Date();
  let end: StepEnd | undefined;
  try {
    end = await perform({ ...order, trace: own });
    return end;
  } finally {
    const outcome = end?.outcome ?? 'lost';
    tracing.tell({
      name: [step.kind, step.action, step.layer].filter((word) => word !== null).join(' '),
      kind: 'internal',
      context: own,
      parentSpanId: parent.spanId,
      begin,
      end: new Date(),
      failed: outcome === 'failed' || outcome === 'died' || outcome === 'lost',
      attributes: {
        'fleetyard.operation.id': operation.id,
        'fleetyard.step.index': step.index,
        'fleetyard.step.outcome': outcome,
        'fleetyard.fence': operation.fence,
        ...describeProvider(operation),
        ...(end?.outcome === 'failed' ? { 'error.type': end.error.class } : {}),
      },
    });
  }
}

function describeProvider({ input }: OperationRow): SpanAttributes {
  if (!('spec' in input) || !('provider' in input.spec)) return {};
  return { 'fleetyard.provider': input.spec.provider };
}

/** What is told of one runner. */
export type RunnerTrace = { onEvent(event: ResourceEvent): void; end(outcome: string): void };

/** Begins the span of a runner, and one for each resource that it changes. Of those only kinds are told: names have words of users. */
export function traceRunner({ tracing }: Traced, { trace, step }: StepOrder): RunnerTrace {
  if (tracing === undefined || trace === undefined) return { onEvent: () => undefined, end: () => undefined };
  const own = { ...trace, spanId: newSpanId() };
  const begin = new Date();
  const underWay = new Map<string, Date>();
  return {
    onEvent({ op, resource, kind, state }) {
      const key = `${op} ${kind} ${resource}`;
      const since = underWay.get(key);
      if (state === 'started') underWay.set(key, new Date());
      if (state === 'started' || since === undefined) return;
      underWay.delete(key);
      tracing.tell({
        name: `${op} ${kind}`,
        kind: 'client',
        context: { ...trace, spanId: newSpanId() },
        parentSpanId: own.spanId,
        begin: since,
        end: new Date(),
        failed: state === 'failed',
        attributes: { 'pulumi.resource.type': kind, 'pulumi.operation': op },
      });
    },
    end(outcome) {
      tracing.tell({
        name: `runner ${step.action}`,
        kind: 'internal',
        context: own,
        parentSpanId: trace.spanId,
        begin,
        end: new Date(),
        failed: outcome !== 'succeeded' && outcome !== 'cancelled',
        attributes: { 'fleetyard.runner.outcome': outcome },
      });
    },
  };
}
