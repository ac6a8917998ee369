// Operations as rows: how they are read and listed. Inserting, leases, moves and results have files of their own.

import type { Schemas } from '../contract/schemas.ts';
import type { Account } from '../domain/accounting.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { StoredInput } from '../domain/operation-input.ts';
import { kindsToldUnstarted, type OperationKind } from '../domain/operation-kinds.ts';
import type { OperationState, ResourceKind } from '../domain/operation.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, type Tx } from './transaction.ts';
import { isUnsettled } from './unsettled.ts';

/** What went wrong, as people and callers see it. */
export type OperationError = {
  /** An engine error class, a code of the error family, `superseded` or `children-failed`. */
  code: string;
  message: string;
  [key: string]: unknown;
};

/** What an operation leaves to be read, beside its resource. */
export type OperationResult = Schemas['OperationResult'];

/** An operation as stored. */
export type OperationRow = Account & {
  id: string;
  projectId: string;
  resourceKind: ResourceKind;
  resourceId: string;
  kind: OperationKind;
  state: OperationState;
  /** Part of the job's id in the queue; grows whenever the operation is queued again. */
  attempt: number;
  /** Automatic retries so far, of all classes. */
  retries: number;
  /** Its place in the line of its resource: counted under the resource's lock, whatever the clocks of ids say. */
  position: number;
  /** The generation of the spec that it brings about. */
  generation: number;
  /** Frozen when it was inserted; read it with `readOperationInput`. */
  input: StoredInput;
  error: OperationError | null;
  result: OperationResult | null;
  parentId: string | null;
  fence: number;
  leaseOwner: string | null;
  leaseUntil: Date | null;
  cancelRequestedAt: Date | null;
  /** Not to be claimed before; null means at once. */
  notBefore: Date | null;
  lastSeq: number;
  createdBy: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

/** Names of the columns of an operation. */
export const operationColumns = [
  'id',
  'projectId',
  'resourceKind',
  'resourceId',
  'kind',
  'state',
  'attempt',
  'retries',
  'retriesByClass',
  'deaths',
  'position',
  'generation',
  'input',
  'error',
  'result',
  'parentId',
  'fence',
  'leaseOwner',
  'leaseUntil',
  'cancelRequestedAt',
  'notBefore',
  'lastSeq',
  'createdBy',
  'createdAt',
  'startedAt',
  'finishedAt',
] as const satisfies (keyof OperationRow)[];

/** Finds an operation by id. */
export async function findOperation(tx: Tx, id: string): Promise<OperationRow | undefined> {
  const [row] = await tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations where id = ${id}
  `;
  return row;
}

/** Like `findOperation`, but throws `not-found`. */
export async function getOperation(tx: Tx, id: string): Promise<OperationRow> {
  const row = await findOperation(tx, id);
  if (row === undefined) throw new FleetyardError('not-found', `There is no operation "${id}".`);
  return row;
}

/** The newest operation of each resource, by resource id. */
export async function listLatestOperations(tx: Tx, resourceIds: readonly string[]): Promise<Map<string, OperationRow>> {
  const rows = await tx.sql<OperationRow[]>`
    select distinct on (resource_id) ${columns(tx, operationColumns)} from operations
    where resource_id = any(${resourceIds as string[]}) order by resource_id, position desc
  `;
  return new Map(rows.map((row) => [row.resourceId, row]));
}

/** Id and state of the newest operation of each resource, by resource id: what lists show. */
export async function listLatestStates(
  tx: Tx,
  resourceIds: readonly string[],
): Promise<Map<string, Pick<OperationRow, 'id' | 'state'>>> {
  const rows = await tx.sql<(Pick<OperationRow, 'id' | 'state'> & { resourceId: string })[]>`
    select wanted.id as resource_id, newest.id, newest.state from unnest(${resourceIds as string[]}::text[]) as wanted (id)
    cross join lateral (
      select o.id, o.state from operations o where o.resource_id = wanted.id order by o.position desc limit 1
    ) newest
  `;
  return new Map(rows.map(({ resourceId, ...row }) => [resourceId, row]));
}

/**
 * The newest operation of each resource that says something about it, by resource id: not one that was cancelled before it began, unless
 * there is nothing without it.
 */
export async function listTellingOperations(
  tx: Tx,
  resourceIds: readonly string[],
): Promise<Map<string, OperationRow>> {
  const rows = await tx.sql<OperationRow[]>`
    select distinct on (resource_id) ${columns(tx, operationColumns)} from operations
    where resource_id = any(${resourceIds as string[]})
      and (state <> 'cancelled' or started_at is not null or kind = any(${kindsToldUnstarted}))
    order by resource_id, position desc
  `;
  return new Map(rows.map((row) => [row.resourceId, row]));
}

/** The children of an operation, in the order in which they were inserted. */
export async function listChildren(tx: Tx, parentId: string): Promise<OperationRow[]> {
  return tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations where parent_id = ${parentId} order by id
  `;
}

/** The children of an operation in the order in which their resources are locked: members before the federation that they are in. */
export async function listChildrenToLock(tx: Tx, parentId: string): Promise<OperationRow[]> {
  const children = await listChildren(tx, parentId);
  return [...children.filter(isMember), ...children.filter((child) => !isMember(child))];
}

function isMember({ resourceKind }: OperationRow): boolean {
  return resourceKind === 'cluster';
}

/** Has an operation wait for what another one waited for and that has not ended. */
export async function adoptChildren(tx: Tx, { from, to }: { from: string; to: string }): Promise<void> {
  await tx.sql`
    update operations set parent_id = ${to} where parent_id = ${from} and ${isUnsettled(tx)}
  `;
}

/** Whether an operation waits for others at all. */
export async function hasChildren(tx: Tx, parentId: string): Promise<boolean> {
  const [child] = await tx.sql`select 1 from operations where parent_id = ${parentId} limit 1`;
  return child !== undefined;
}

/** Children that have not come to their end, at most so many of them; those on federations last. */
export async function listOpenChildren(tx: Tx, parentId: string, limit: number): Promise<OperationRow[]> {
  return tx.sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where parent_id = ${parentId} and ${isUnsettled(tx)} order by resource_kind = 'federation', id limit ${limit}
  `;
}

/** Whether one of an operation's children has not come to its end. */
export async function hasUnsettledChild(tx: Tx, parentId: string): Promise<boolean> {
  const [child] = await tx.sql`select 1 from operations where parent_id = ${parentId} and ${isUnsettled(tx)} limit 1`;
  return child !== undefined;
}

/** What became of an operation's children, without their inputs, which may be large. */
export async function listChildOutcomes(
  tx: Tx,
  parentId: string,
): Promise<Pick<OperationRow, 'id' | 'resourceId' | 'position' | 'state' | 'error'>[]> {
  return tx.sql<Pick<OperationRow, 'id' | 'resourceId' | 'position' | 'state' | 'error'>[]>`
    select id, resource_id, position, state, error from operations where parent_id = ${parentId} order by id
  `;
}

/** What a list of operations is narrowed to. */
export type OperationFilter = {
  resourceId?: string;
  resourceKind?: ResourceKind;
  kind?: OperationKind;
  kinds?: readonly OperationKind[];
  states?: readonly OperationState[];
  parentId?: string;
};

/**
 * Lists operations by the time of their ids, which several APIs give by their clocks; those of one resource in the order in which it got them,
 * whatever a clock says.
 */
export async function listOperations(
  tx: Tx,
  { limit, cursor, order = 'asc', ...filter }: PageRequest & OperationFilter,
): Promise<Page<OperationRow>> {
  const { sql } = tx;
  const ofOne = filter.resourceId !== undefined;
  const place = ofOne ? sql`position` : sql`id`;
  const placeOf = (id: string) => (ofOne ? sql`(select position from operations where id = ${id})` : sql`${id}`);
  const rows = await sql<OperationRow[]>`
    select ${columns(tx, operationColumns)} from operations
    where true
      ${filter.resourceId === undefined ? sql`` : sql`and resource_id = ${filter.resourceId}`}
      ${filter.resourceKind === undefined ? sql`` : sql`and resource_kind = ${filter.resourceKind}`}
      ${filter.kind === undefined ? sql`` : sql`and kind = ${filter.kind}`}
      ${filter.kinds === undefined ? sql`` : sql`and kind = any(${filter.kinds as OperationKind[]})`}
      ${filter.states === undefined ? sql`` : sql`and state = any(${filter.states as OperationState[]})`}
      ${filter.parentId === undefined ? sql`` : sql`and parent_id = ${filter.parentId}`}
      ${cursor === undefined ? sql`` : sql`and ${place} ${order === 'asc' ? sql`>` : sql`<`} ${placeOf(decodeCursor(cursor))}`}
    order by ${place} ${order === 'asc' ? sql`asc` : sql`desc`} limit ${limit + 1}
  `;
  return toPage(rows, limit);
}
