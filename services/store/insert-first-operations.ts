// How the operations of resources come to be that were stored in the same unit of work: nobody else knows of those, so there is no line.

import { idPrefixes, newId } from '../domain/ids.ts';
import type { Step } from '../domain/steps.ts';
import { findTakenCredential, judgeUrgency } from '../domain/urgency.ts';
import { noteNews, noteSignal } from './consequences.ts';
import type { NewOperation } from './insert-operation.ts';
import { operationColumns, type OperationRow } from './operations.ts';
import { describeNewSteps, type StepRow } from './steps.ts';
import { columns, getProjectId, json, type Tx } from './transaction.ts';

/** A new operation with its steps. */
export type FirstOperation = { operation: OperationRow; steps: StepRow[] };

const columnsBesideInput = operationColumns.filter((name) => name !== 'input');

/**
 * Inserts queued operations with their steps and first events, all in one statement, in the order in which they are given. Phases are as
 * resources begin with them. The queue is told after the commit.
 */
export async function insertFirstOperations(tx: Tx, operations: readonly NewOperation[]): Promise<FirstOperation[]> {
  if (operations.length === 0) return [];
  const given = operations.map((operation) => ({ ...operation, id: operation.id ?? newId(idPrefixes.operation) }));
  const projectId = getProjectId(tx);
  const queued = { from: null, to: 'queued', attempt: 1 };
  const rows = given.map((operation) => [
    operation.id,
    operation.resourceKind,
    operation.resourceId,
    operation.kind,
    operation.generation,
    operation.input,
    operation.parentId ?? null,
    operation.createdBy ?? null,
    judgeUrgency(operation),
    findTakenCredential(operation.input),
    operation.steps.map(listStepFields),
  ]);
  const begun = await tx.sql<Omit<OperationRow, 'input'>[]>`
    with given as materialized (
      select o from jsonb_array_elements(${json(tx, rows)}) as list (o)
    ), begun as (
      insert into operations (id, project_id, resource_kind, resource_id, position, kind, state, generation, input, parent_id,
        created_by, urgency, credential_id, last_seq)
      select o ->> 0, ${projectId}, o ->> 1, o ->> 2, 1, o ->> 3, 'queued', (o ->> 4)::integer, o -> 5, o ->> 6,
        o ->> 7, (o ->> 8)::smallint, o ->> 9, 1
      from given
      returning ${columns(tx, columnsBesideInput)}
    ), planned as (
      insert into steps (operation_id, project_id, index, kind, action, layer)
      select o ->> 0, ${projectId}, step.number - 1, s ->> 0, s ->> 1, s ->> 2
      from given, jsonb_array_elements(o -> 10) with ordinality as step (s, number)
    ), told as (
      insert into events (operation_id, project_id, seq, type, data)
      select o ->> 0, ${projectId}, 1, 'state', ${json(tx, queued)}::jsonb from given
    )
    select * from begun
  `;
  const found = new Map(begun.map((row) => [row.id, row]));
  return given.map(({ id, input, steps }) => {
    noteSignal(tx, { id, attempt: 1 });
    noteNews(tx, id);
    return { operation: { ...(found.get(id) as OperationRow), input }, steps: describeNewSteps(id, steps) };
  });
}

function listStepFields(step: Step): (string | null)[] {
  return [step.kind, step.action, 'layer' in step ? step.layer : null];
}
