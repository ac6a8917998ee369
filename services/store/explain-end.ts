// What the end of an operation says to a person: what was tried, what stands, and which calls lead out.

import { type Call, listAnew, listWaysOut, type Situation } from '../domain/ways-out.ts';
import type { Move } from './move-operation.ts';
import { getOperation, listLatestOperations, type OperationError, type OperationRow } from './operations.ts';
import { listStacks } from './stacks.ts';
import type { Tx } from './transaction.ts';

/** The move with its error explained, where it is one that ends without success. Read under the lock of the resource. */
export async function explainEnd<M extends Move>(tx: Tx, move: M): Promise<M> {
  const { to, error } = move;
  // What a later operation took the place of has nothing to be led out of.
  if (error === undefined || error === null || to === 'succeeded' || error.code === 'superseded') return move;
  const operation = await getOperation(tx, move.id);
  return { ...move, error: await explain(tx, { ...operation, state: to }, error) };
}

/** The calls that lead out of where the resource of an operation is by now. */
export async function findWaysOut(tx: Tx, { resourceId }: Pick<OperationRow, 'resourceId'>): Promise<Call[]> {
  const operation = (await listLatestOperations(tx, [resourceId])).get(resourceId);
  if (operation === undefined) return [];
  return listWaysOut({ resource: await describeResource(tx, operation), operation });
}

/** The calls that ask anew for what an operation was to bring about, whatever became of it. */
export async function findAnew(tx: Tx, operation: OperationRow): Promise<Call[]> {
  return listAnew(await describeResource(tx, operation), operation.kind);
}

async function explain(tx: Tx, operation: OperationRow, error: OperationError): Promise<OperationError> {
  const { attempt, retriesByClass, deaths, resourceKind, resourceId } = operation;
  const tried = { attempts: attempt, retries: retriesByClass, deaths };
  const wayOut = listWaysOut({ resource: await describeResource(tx, operation), operation: { ...operation, error } });
  if (resourceKind !== 'cluster') return { ...error, tried, wayOut };
  const stands = (await listStacks(tx, resourceId))
    .filter(({ destroyedAt }) => destroyedAt === null)
    .map(({ layer, name }) => ({ layer, stack: name }));
  return { ...error, tried, stands, wayOut };
}

async function describeResource(
  tx: Tx,
  { resourceKind, resourceId }: Pick<OperationRow, 'resourceKind' | 'resourceId'>,
): Promise<Situation['resource']> {
  const fleet = resourceKind === 'fleet' ? undefined : await findFleetOf(tx, resourceId);
  return { kind: resourceKind, id: resourceId, fleetId: fleet?.id ?? null, bound: fleet?.bound ?? false };
}

/** The live fleet that a cluster, a federation or a placement belongs to. A member that its document does not name may go on its own. */
async function findFleetOf(tx: Tx, resourceId: string): Promise<{ id: string; bound: boolean } | undefined> {
  const [fleet] = await tx.sql<{ id: string; bound: boolean }[]>`
    select f.id, case
        when c.id is not null then f.spec -> 'clusters' ? c.name
        when p.id is not null then jsonb_path_exists(f.document, '$.placements[*].name ? (@ == $name)', jsonb_build_object('name', p.name))
        else true
      end as bound
    from fleets f left join clusters c on c.id = ${resourceId} left join placements p on p.id = ${resourceId}
    where f.deleted_at is null and (f.federation_id = ${resourceId} or f.id = c.fleet_id or f.id = p.fleet_id)
  `;
  return fleet;
}
