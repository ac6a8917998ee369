// Steps of operations: what is planned, what runs, how far it is.

import { FleetyardError } from '../domain/errors.ts';
import type { Layer } from '../domain/layers.ts';
import type { StepState } from '../domain/step-kinds.ts';
import type { Step } from '../domain/steps.ts';
import { appendEvent } from './events.ts';
import { holdLease, type Lease } from './leases.ts';
import type { OperationError } from './operations.ts';
import { columns, json, type Tx } from './transaction.ts';

/** A step as stored. */
export type StepRow = {
  operationId: string;
  index: number;
  kind: Step['kind'];
  action: string;
  layer: Layer | null;
  state: StepState;
  /** Resources that the step will touch; null while unknown. */
  planned: number | null;
  done: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  error: OperationError | null;
};

/** What is new about a step. */
export type StepChange = {
  index: number;
  state?: StepState;
  planned?: number;
  done?: number;
  error?: OperationError | null;
};

const stepColumns = [
  'operationId',
  'index',
  'kind',
  'action',
  'layer',
  'state',
  'planned',
  'done',
  'startedAt',
  'finishedAt',
  'error',
] as const satisfies (keyof StepRow)[];

/** Stores the planned steps of a new operation. */
export async function insertSteps(
  tx: Tx,
  { operationId, projectId, steps }: { operationId: string; projectId: string; steps: readonly Step[] },
): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map((step, index) => ({
    operationId,
    projectId,
    index,
    kind: step.kind,
    action: step.action,
    layer: 'layer' in step ? step.layer : null,
  }));
  await tx.sql`insert into steps ${tx.sql(rows)}`;
}

/** The steps of a new operation as they are stored. */
export function describeNewSteps(operationId: string, steps: readonly Step[]): StepRow[] {
  return steps.map((step, index) => ({
    operationId,
    index,
    kind: step.kind,
    action: step.action,
    layer: 'layer' in step ? step.layer : null,
    state: 'pending',
    planned: null,
    done: 0,
    startedAt: null,
    finishedAt: null,
    error: null,
  }));
}

/** The steps of an operation, in order. */
export async function listSteps(tx: Tx, operationId: string): Promise<StepRow[]> {
  return tx.sql<StepRow[]>`
    select ${columns(tx, stepColumns)} from steps where operation_id = ${operationId} order by index
  `;
}

/** The steps of several operations, by operation id. */
export async function listStepsOf(tx: Tx, operationIds: readonly string[]): Promise<Map<string, StepRow[]>> {
  const rows = await tx.sql<StepRow[]>`
    select ${columns(tx, stepColumns)} from steps
    where operation_id = any(${operationIds as string[]}) order by operation_id, index
  `;
  return Map.groupBy(rows, (row) => row.operationId);
}

/**
 * Writes what is new about a step and appends an event: `step` when its state changes, `progress` when only its counts do.
 * Throws `lease-lost` when the operation was taken over.
 */
export async function recordStep(tx: Tx, lease: Lease, change: StepChange): Promise<StepRow> {
  await holdLease(tx, lease);
  const { sql } = tx;
  const { index, state } = change;
  const [row] = await sql<StepRow[]>`
    update steps set
      state = ${state ?? sql`state`},
      planned = ${change.planned ?? sql`planned`},
      done = ${change.done ?? sql`done`},
      error = ${change.error === undefined ? sql`error` : change.error === null ? null : json(tx, change.error)},
      started_at = ${state === 'running' ? sql`clock_timestamp()` : sql`started_at`},
      finished_at = ${state === undefined ? sql`finished_at` : isOver(state) ? sql`clock_timestamp()` : null}
    where operation_id = ${lease.operationId} and index = ${index}
    returning ${columns(tx, stepColumns)}
  `;
  if (row === undefined) throw new FleetyardError('not-found', `The operation has no step ${index}.`);
  const { kind, action, layer, planned, done, error } = row;
  const data = { index, kind, action, layer, state: row.state, planned, done, ...(error === null ? {} : { error }) };
  await appendEvent(tx, { operationId: lease.operationId, type: state === undefined ? 'progress' : 'step', data });
  return row;
}

/** States of a step that did not come to a good end. */
const unfinishedStates = ['running', 'failed'] as const satisfies StepState[];

/** Makes everything that did not succeed pending again, so that the next attempt goes on from there. */
export async function resetSteps(tx: Tx, operationId: string): Promise<void> {
  await tx.sql`
    update steps set state = 'pending', error = null, started_at = null, finished_at = null
    where operation_id = ${operationId} and state = any(${[...unfinishedStates]})
  `;
}

function isOver(state: StepState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'skipped';
}
