// How an operation comes to be: it lines up behind what its resource is doing.

import { FleetyardError } from '../domain/errors.ts';
import { makeAgain } from '../domain/ways-out.ts';
import { superseded } from '../domain/families.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import type { OperationInput } from '../domain/operation-input.ts';
import { judgeEarlier, type OperationKind } from '../domain/operation-kinds.ts';
import { settledStates, type ResourceKind } from '../domain/operation.ts';
import type { Step } from '../domain/steps.ts';
import { findTakenCredential, judgeUrgency } from '../domain/urgency.ts';
import { cancelLocked } from './cancel-operation.ts';
import { noteSignal } from './consequences.ts';
import { appendEvent } from './events.ts';
import { adoptChildren, getOperation, operationColumns, type OperationRow } from './operations.ts';
import { lockResource, refreshPhase } from './resources.ts';
import { settleOperation } from './settle-operation.ts';
import { insertSteps } from './steps.ts';
import { columns, json, type Tx } from './transaction.ts';

/** An operation to be inserted. The resource's row exists already. */
export type NewOperation = {
  id?: string;
  resourceKind: ResourceKind;
  resourceId: string;
  kind: OperationKind;
  generation: number;
  input: OperationInput;
  steps: readonly Step[];
  /** The operation that waits for this one. */
  parentId?: string | null;
  /** Token id. */
  createdBy?: string | null;
};

/**
 * Inserts a queued operation with its steps. It lines up behind what the resource is doing, except for what gives way to its kind:
 * see `operationKinds`. The queue is told after the commit.
 */
export async function insertOperation(tx: Tx, operation: NewOperation): Promise<OperationRow> {
  const resource = await lockResource(tx, operation);
  if (resource.deletedAt !== null) {
    const { resourceKind: kind, resourceId: id } = operation;
    const message = `The ${kind} "${resource.name}" is deleted already.`;
    throw new FleetyardError('conflict', message, { wayOut: [makeAgain({ kind, id })] });
  }
  const id = operation.id ?? newId(idPrefixes.operation);
  await tx.sql`
    insert into operations
      (id, project_id, resource_kind, resource_id, position, kind, state, generation, input, parent_id, created_by,
        urgency, credential_id)
    select ${id}, ${resource.projectId}, ${operation.resourceKind}, ${operation.resourceId}, coalesce(max(position), 0) + 1,
      ${operation.kind}, 'queued', ${operation.generation}, ${json(tx, operation.input)}, ${operation.parentId ?? null},
      ${operation.createdBy ?? null}, ${judgeUrgency(operation)}, ${findTakenCredential(operation.input)}
    from operations where resource_id = ${operation.resourceId}
  `;
  await giveWay(tx, { ...operation, id });
  await insertSteps(tx, { operationId: id, projectId: resource.projectId, steps: operation.steps });
  await appendEvent(tx, { operationId: id, type: 'state', data: { from: null, to: 'queued', attempt: 1 } });
  await refreshPhase(tx, operation);
  noteSignal(tx, { id, attempt: 1 });
  return getOperation(tx, id);
}

/** Clears the line for a new operation of whatever gives way to its kind. */
async function giveWay(tx: Tx, next: NewOperation & { id: string }): Promise<void> {
  const unsettled = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where resource_id = ${next.resourceId} and id <> ${next.id} and state <> all(${[...settledStates]}) order by position
  `;
  for (const earlier of unsettled) {
    const verdict = judgeEarlier(next.kind, earlier);
    if (verdict === 'cancel') await cancelLocked(tx, earlier);
    if (verdict === 'supersede') await supersede(tx, earlier, next.id);
  }
}

/** Hands over to the operation that takes the place of an earlier one, and ends that one. What it waited for is waited for by its successor. */
async function supersede(tx: Tx, earlier: OperationRow, by: string): Promise<void> {
  const error = { code: superseded, message: 'A later operation took the place of this one.', by };
  await adoptChildren(tx, { from: earlier.id, to: by });
  if (earlier.state === 'queued' || earlier.state === 'waiting') {
    await settleOperation(tx, { id: earlier.id, to: 'cancelled', from: [earlier.state], error });
    return;
  }
  // A worker is about to let it wait, or vanished before it did.
  await tx.sql`update operations set error = ${json(tx, error)} where id = ${earlier.id}`;
  await cancelLocked(tx, { ...earlier, error });
}
