// The one fenced statement that changes an operation's state, and the event that tells of it.

import { FleetyardError } from '../domain/errors.ts';
import { urgencies } from '../domain/urgency.ts';
import { leasedStates, settledStates, statesBefore, type OperationState } from '../domain/operation.ts';
import { appendEvent } from './events.ts';
import { findOperation, operationColumns, type OperationError, type OperationRow } from './operations.ts';
import { columns, json, type Tx } from './transaction.ts';

/** Why another attempt follows: a failure that may pass, a person's wish, a worker that stops, or one that vanished. */
export type AttemptReason = 'automatic' | 'asked' | 'handed-over' | 'died';

/** A change of state. */
export type Move = {
  id: string;
  to: OperationState;
  /** States that it may come from; those that the map allows when not said. */
  from?: readonly OperationState[];
  /** The lease of whoever moves it; left out only where no lease is held or none is needed. */
  fence?: number;
  /** Kept when not said; null clears it. */
  error?: OperationError | null;
  /** Counts another attempt, so that the queue takes a new job for it, and keeps the account of why: see `countAttempt`. */
  nextAttempt?: AttemptReason;
  /** Seconds to wait before it may be claimed. */
  delaySeconds?: number;
  /** More for the event. */
  note?: Record<string, unknown>;
};

/**
 * Moves an operation, appends the event and returns the row. A move to a state without a lease gives the lease up and
 * raises the fence. Throws `lease-lost` when the fence is not the operation's, `illegal-transition` when its state is not one
 * that the move may come from.
 */
export async function moveOperation(tx: Tx, move: Move): Promise<OperationRow> {
  const allowed = statesBefore(move.to).filter((state) => move.from === undefined || move.from.includes(state));
  const { sql } = tx;
  const leased = (leasedStates as readonly OperationState[]).includes(move.to);
  const settled = (settledStates as readonly OperationState[]).includes(move.to);
  const [row] = await sql<(OperationRow & { movedFrom: OperationState })[]>`
    with before as (
      select o.id, o.state as moved_from from operations o
      where o.id = ${move.id} and o.state = any(${allowed})
        ${move.fence === undefined ? sql`` : sql`and o.fence = ${move.fence}`}
      for update
    ), moved as (
      update operations o set
        state = ${move.to},
        error = ${move.error === undefined ? sql`error` : move.error === null ? null : json(tx, move.error)},
        attempt = attempt + ${move.nextAttempt === undefined ? 0 : 1},
        ${countAttempt(tx, move)}
        not_before = ${
          move.delaySeconds === undefined ? null : sql`clock_timestamp() + make_interval(secs => ${move.delaySeconds})`
        },
        cancel_requested_at = ${
          move.to === 'cancelling'
            ? sql`coalesce(cancel_requested_at, clock_timestamp())`
            : move.nextAttempt === 'asked'
              ? null
              : sql`cancel_requested_at`
        },
        fence = ${leased ? sql`fence` : sql`fence + 1`},
        lease_owner = ${leased ? sql`lease_owner` : null},
        lease_until = ${leased ? sql`lease_until` : null},
        finished_at = ${settled ? sql`clock_timestamp()` : null}
      from before where o.id = before.id
      returning o.*, before.moved_from
    )
    select ${columns(tx, [...operationColumns, 'movedFrom'])} from moved
  `;
  if (row === undefined) throw await explainRefusal(tx, move);
  const { movedFrom, ...operation } = row;
  const error = operation.error === null ? {} : { error: operation.error };
  const data = { from: movedFrom, to: operation.state, attempt: operation.attempt, ...error, ...move.note };
  await appendEvent(tx, { operationId: move.id, type: 'state', data });
  return operation;
}

/** What the next attempt means to the account. An automatic one counts for the class that its error has as its code. */
function countAttempt({ sql }: Tx, { nextAttempt, error }: Move) {
  switch (nextAttempt) {
    case 'automatic': {
      const counted = error?.code ?? 'internal';
      return sql`
        retries = retries + 1,
        retries_by_class = retries_by_class
          || jsonb_build_object(${counted}::text, coalesce((retries_by_class ->> ${counted})::integer, 0) + 1),
      `;
    }
    case 'asked':
      // Somebody waits for it.
      return sql`retries = 0, retries_by_class = '{}', deaths = 0, urgency = ${urgencies.first},`;
    case 'died':
      return sql`deaths = deaths + 1,`;
    default:
      return sql``;
  }
}

async function explainRefusal(tx: Tx, { id, to, fence }: Move): Promise<FleetyardError> {
  const now = await findOperation(tx, id);
  if (now === undefined) return new FleetyardError('not-found', `There is no operation "${id}".`);
  if (fence !== undefined && fence !== now.fence) {
    return new FleetyardError('lease-lost', `The lease on operation "${id}" is lost.`);
  }
  return new FleetyardError('illegal-transition', `Operation "${id}" is ${now.state} and cannot become ${to}.`);
}
