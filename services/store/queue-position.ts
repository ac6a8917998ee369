// Where an operation stands that waits: behind what, and when their turn is to be expected.

import { claimableStates } from '../domain/operation.ts';
import { isClaimable } from './leases.ts';
import type { OperationRow } from './operations.ts';
import type { Tx } from './transaction.ts';

/** What an operation waits for. */
export type Waiting = {
  waitsFor: 'room' | 'retry' | 'earlier-operation' | 'resumption';
  /** Its place among those of its project that wait for room; 1 is next. Null for what waits for something else. */
  position: number | null;
  /** An estimate from how fast the project's operations began of late; null when nothing can be said. */
  expectedStartAt: Date | null;
};

type Rank = { position: number | null; due: boolean; paused: boolean };

/** Where an operation stands that waits; undefined when it does not. */
export async function findWaiting(tx: Tx, row: OperationRow): Promise<Waiting | undefined> {
  if (!(claimableStates as readonly string[]).includes(row.state)) return undefined;
  const [rank] = await tx.sql<Rank[]>`
    with line as (
      select o.id, row_number() over (order by o.state = 'queued', o.urgency, o.id) as position
      from operations o where o.project_id = ${row.projectId} and ${isClaimable(tx)}
    )
    select line.position::integer as position, p.paused_at is not null as paused,
      o.not_before is null or o.not_before <= clock_timestamp() as due
    from operations o join projects p on p.id = o.project_id left join line on line.id = o.id
    where o.id = ${row.id}
  `;
  return rank && judge(rank, row, await findPace(tx, row.projectId));
}

function judge({ position, due, paused }: Rank, row: OperationRow, pace: Pace | undefined): Waiting {
  if (paused) return { waitsFor: 'resumption', position: null, expectedStartAt: null };
  if (!due) return { waitsFor: 'retry', position: null, expectedStartAt: row.notBefore };
  if (position === null) return { waitsFor: 'earlier-operation', position: null, expectedStartAt: null };
  const expectedStartAt =
    pace === undefined ? null : new Date(pace.now.getTime() + position * pace.secondsBetweenStarts * 1000);
  return { waitsFor: 'room', position, expectedStartAt };
}

type Pace = { now: Date; secondsBetweenStarts: number };

/** How many starts are looked at, and how long ago they may be. */
const starts = 20;
const window = '1 hour';

/** How fast operations of the project began of late; undefined where too few did. */
async function findPace(tx: Tx, projectId: string): Promise<Pace | undefined> {
  const [pace] = await tx.sql<Pace[]>`
    select clock_timestamp() as now,
      extract(epoch from clock_timestamp() - min(started_at))::float8 / count(*) as seconds_between_starts
    from (
      select started_at from operations
      where project_id = ${projectId} and started_at > clock_timestamp() - ${window}::interval
      order by started_at desc limit ${starts}
    ) s
    having count(*) > 1
  `;
  return pace;
}
