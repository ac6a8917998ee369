// What the end of an operation says to a person: what was tried, what stands, and which calls lead out.

import { type Call, listWaysOut, type Situation } from '../domain/ways-out.ts';
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

async function explain(tx: Tx, operation: OperationRow, error: OperationError): Promise<OperationError> {
  const { attempt, retriesByClass, deaths, resourceKind, resourceId } = operation;
  const tried = { attempts: attempt, retries: retriesByClass, deaths };
  const wayOut = listWaysOut({ resource: await describeResource(tx, operation), operation });
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
  const fleetId = resourceKind === 'cluster' ? await findFleetId(tx, resourceId) : null;
  return { kind: resourceKind, id: resourceId, fleetId };
}

async function findFleetId(tx: Tx, clusterId: string): Promise<string | null> {
  const [row] = await tx.sql<{ fleetId: string | null }[]>`
    select c.fleet_id from clusters c join fleets f on f.id = c.fleet_id
    where c.id = ${clusterId} and f.deleted_at is null
  `;
  return row?.fleetId ?? null;
}
