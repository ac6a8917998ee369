// What clusters, fleets, federations and placements share: the row lock under which operations line up, phase, status and tombstone.

import { FleetyardError } from '../domain/errors.ts';
import { derivePhase, kindsToldUnstarted, operationKinds, type OperationKind } from '../domain/operation-kinds.ts';
import { type OperationState, type Phase, type ResourceKind } from '../domain/operation.ts';
import { only, type Tx } from './transaction.ts';
import { isUnsettled } from './unsettled.ts';

/** A resource by kind and id. */
export type ResourceRef = { resourceKind: ResourceKind; resourceId: string };

/** Columns that every resource has. */
export type ResourceColumns = {
  id: string;
  projectId: string;
  name: string;
  /** Counts the changes of the desired spec. */
  generation: number;
  /** The generation that the last successful operation brought about; 0 before the first. */
  observedGeneration: number;
  /** For people; nothing decides by it. */
  phase: Phase;
  /** What was observed. */
  status: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
};

/** Names of the columns that every resource has. */
export const resourceColumns = [
  'id',
  'projectId',
  'name',
  'generation',
  'observedGeneration',
  'phase',
  'status',
  'createdAt',
  'updatedAt',
  'deletedAt',
] as const satisfies (keyof ResourceColumns)[];

const tables = { cluster: 'clusters', fleet: 'fleets', federation: 'federations', placement: 'placements' } as const;

/** The table of a kind, as an identifier. */
export function tableOf(tx: Tx, kind: ResourceKind) {
  return tx.sql(tables[kind]);
}

/**
 * Locks the row of a resource until the unit of work ends. Whoever changes the resource or moves its operations takes this
 * lock before any row of `operations`, and a fleet's before its clusters'; foreign keys to the row are not held up.
 */
export async function lockResource(tx: Tx, { resourceKind, resourceId }: ResourceRef): Promise<ResourceColumns> {
  const [row] = await tx.sql<ResourceColumns[]>`
    select ${tx.sql(resourceColumns as readonly string[] as string[])}
    from ${tableOf(tx, resourceKind)} where id = ${resourceId}
    for no key update
  `;
  if (row === undefined) throw new FleetyardError('not-found', `There is no ${resourceKind} "${resourceId}".`);
  return row;
}

/** Writes the phase that the resource's operations give it. Called after every move of one of them. */
export async function refreshPhase(tx: Tx, { resourceKind, resourceId }: ResourceRef): Promise<Phase> {
  // The oldest operation that is not settled, as it is the one at work; else the newest that ever did something.
  const [operation] = await tx.sql<{ kind: OperationKind; state: OperationState }[]>`
    (select kind, state, 1 as rank from operations
      where resource_id = ${resourceId} and ${isUnsettled(tx)}
      order by position limit 1)
    union all
    (select kind, state, 2 as rank from operations
      where resource_id = ${resourceId}
        and (state <> 'cancelled' or started_at is not null or kind = any(${kindsToldUnstarted}))
      order by position desc limit 1)
    order by rank limit 1
  `;
  const { deletedAt, unwell } = only(
    await tx.sql<{ deletedAt: Date | null; unwell: boolean }[]>`
      select deleted_at, 'false' in (
        coalesce(status #>> '{member,ready}', ''), coalesce(status #>> '{hub,ready}', '')
      ) as unwell
      from ${tableOf(tx, resourceKind)} where id = ${resourceId}
    `,
  );
  const phase = derivePhase({ deleted: deletedAt !== null, operation: operation ?? null, unwell });
  await tx.sql`
    update ${tableOf(tx, resourceKind)} set phase = ${phase}, updated_at = now()
    where id = ${resourceId} and phase <> ${phase}
  `;
  return phase;
}

/** Notes that an operation brought a generation about; where its kind leaves a tombstone, the name and the ranges are free. */
export async function settleResource(
  tx: Tx,
  { resourceKind, resourceId }: ResourceRef,
  done: { kind: OperationKind; generation: number },
): Promise<void> {
  const buries = operationKinds[done.kind].settles === 'tombstone';
  await tx.sql`
    update ${tableOf(tx, resourceKind)}
    set observed_generation = greatest(observed_generation, ${done.generation}),
      deleted_at = ${buries ? tx.sql`coalesce(deleted_at, now())` : tx.sql`deleted_at`},
      updated_at = now()
    where id = ${resourceId}
  `;
  // Of a cluster; nothing else holds ranges.
  if (buries) await tx.sql`delete from ranges where cluster_id = ${resourceId}`;
}
