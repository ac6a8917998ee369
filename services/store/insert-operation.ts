// How an operation comes to be: it lines up behind what its resource is doing.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, newId } from '../domain/ids.ts';
import { settledStates, type OperationKind, type ResourceKind } from '../domain/operation.ts';
import type { Step } from '../domain/steps.ts';
import { cancelLocked } from './cancel-operation.ts';
import { appendEvent } from './events.ts';
import { getOperation, operationColumns, type OperationRow } from './operations.ts';
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
  input: Record<string, unknown>;
  steps: readonly Step[];
  /** The operation that waits for this one. */
  parentId?: string | null;
  /** Token id. */
  createdBy?: string | null;
};

/**
 * Inserts a queued operation with its steps. It lines up behind what the resource is doing: an update takes the place of
 * queued updates that have not started; a delete cancels whatever is queued and asks what runs to stop.
 */
export async function insertOperation(tx: Tx, operation: NewOperation): Promise<OperationRow> {
  const resource = await lockResource(tx, operation);
  if (resource.deletedAt !== null) {
    throw new FleetyardError('conflict', `The ${operation.resourceKind} "${resource.name}" is deleted already.`);
  }
  const id = operation.id ?? newId(idPrefixes.operation);
  await giveWay(tx, { ...operation, id });
  await tx.sql`
    insert into operations
      (id, project_id, resource_kind, resource_id, kind, state, generation, input, parent_id, created_by)
    values (${id}, ${resource.projectId}, ${operation.resourceKind}, ${operation.resourceId}, ${operation.kind}, 'queued',
      ${operation.generation}, ${json(tx, operation.input)}, ${operation.parentId ?? null}, ${operation.createdBy ?? null})
  `;
  await insertSteps(tx, { operationId: id, projectId: resource.projectId, steps: operation.steps });
  await appendEvent(tx, { operationId: id, type: 'state', data: { from: null, to: 'queued', attempt: 1 } });
  await refreshPhase(tx, operation);
  return getOperation(tx, id);
}

/** Clears the line for a new operation: queued updates are superseded by an update, and a delete stops everything before it. */
async function giveWay(tx: Tx, next: NewOperation & { id: string }): Promise<void> {
  if (next.kind === 'create') return;
  const unsettled = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where resource_id = ${next.resourceId} and state <> all(${[...settledStates]}) order by id
  `;
  for (const earlier of unsettled) {
    if (next.kind === 'delete') await cancelLocked(tx, earlier);
    else if (isReplaceable(earlier)) await supersede(tx, earlier, next.id);
  }
}

function isReplaceable({ kind, state, startedAt }: OperationRow): boolean {
  return kind === 'update' && state === 'queued' && startedAt === null;
}

async function supersede(tx: Tx, earlier: OperationRow, by: string): Promise<void> {
  const error = { code: 'superseded', message: 'A later update took the place of this one before it started.', by };
  await settleOperation(tx, { id: earlier.id, to: 'cancelled', from: ['queued'], error });
}
