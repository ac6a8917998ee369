// Events of operations: numbered without gaps, in the transaction of what they tell.

import { FleetyardError } from '../domain/errors.ts';
import { noteNews } from './consequences.ts';
import { json, type Tx } from './transaction.ts';

/** The channel that tells API processes which operation has news; the payload is its id and nothing else. */
export const eventChannel = 'fleetyard_events';

/** An event as stored. */
export type EventRow = { operationId: string; seq: number; at: Date; type: string; data: Record<string, unknown> };

/** An event to be appended. Data never hold a secret. */
export type NewEvent = { operationId: string; type: string; data: Record<string, unknown> };

/**
 * Appends an event and returns its number. The update locks the operation, so numbers become visible in their order and a
 * reader that resumes after one never misses an earlier one that was committed late.
 */
export async function appendEvent(tx: Tx, { operationId, type, data }: NewEvent): Promise<number> {
  const [row] = await tx.sql<{ seq: number }[]>`
    with counted as (
      update operations set last_seq = last_seq + 1 where id = ${operationId} returning id, project_id, last_seq
    ), appended as (
      insert into events (operation_id, project_id, seq, type, data)
      select id, project_id, last_seq, ${type}, ${json(tx, data)} from counted
      returning seq
    )
    select seq from appended
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no operation "${operationId}".`);
  noteNews(tx, operationId);
  return row.seq;
}

/** Events of an operation after a number, in order. */
export async function listEvents(
  tx: Tx,
  { operationId, afterSeq = 0, limit = 500 }: { operationId: string; afterSeq?: number; limit?: number },
): Promise<EventRow[]> {
  return tx.sql<EventRow[]>`
    select operation_id, seq, at, type, data from events
    where operation_id = ${operationId} and seq > ${afterSeq}
    order by seq limit ${limit}
  `;
}
