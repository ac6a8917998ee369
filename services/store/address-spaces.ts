// Address spaces: the pools that ranges are cut from; overlap is judged within one space.

import { FleetyardError } from '../domain/errors.ts';
import { idPrefixes, isId, newId } from '../domain/ids.ts';
import type { AddressPools } from '../domain/range-roles.ts';
import { type Call, listDependents } from '../domain/ways-out.ts';
import { claimName } from './database-errors.ts';
import { decodeCursor, toPage, type Page, type PageRequest } from './pages.ts';
import { columns, getProjectId, json, only, type Tx } from './transaction.ts';

/** An address space as stored. */
export type AddressSpaceRow = {
  id: string;
  projectId: string;
  name: string;
  pools: AddressPools;
  /** Tells its ranges from those of other spaces where they are stored as integers. */
  number: number;
  createdAt: Date;
};

/** Name of the space that a project has without asking. */
export const defaultAddressSpace = 'default';

const addressSpaceColumns = [
  'id',
  'projectId',
  'name',
  'pools',
  'number',
  'createdAt',
] as const satisfies (keyof AddressSpaceRow)[];

/** Stores an address space; throws `name-taken`. */
export async function createAddressSpace(
  tx: Tx,
  { name, pools }: { name: string; pools: AddressPools },
): Promise<AddressSpaceRow> {
  const id = newId(idPrefixes.addressSpace);
  const rows = await claimName(
    'address_spaces_project_id_name_key',
    'address space',
    name,
    () =>
      tx.sql<AddressSpaceRow[]>`
      insert into address_spaces (id, project_id, name, pools)
      values (${id}, ${getProjectId(tx)}, ${name}, ${json(tx, pools)})
      returning ${columns(tx, addressSpaceColumns)}
    `,
  );
  return only(rows);
}

/** The project's own space; made with the given pools when the project has none yet. */
export async function getOrCreateDefaultAddressSpace(tx: Tx, pools: AddressPools): Promise<AddressSpaceRow> {
  await tx.sql`
    insert into address_spaces (id, project_id, name, pools)
    values (${newId(idPrefixes.addressSpace)}, ${getProjectId(tx)}, ${defaultAddressSpace}, ${json(tx, pools)})
    on conflict (project_id, name) do nothing
  `;
  return getAddressSpace(tx, defaultAddressSpace);
}

/** Finds an address space by id or name. */
export async function findAddressSpace(tx: Tx, idOrName: string): Promise<AddressSpaceRow | undefined> {
  const key = isId(idOrName, 'as') ? tx.sql`id` : tx.sql`name`;
  const [row] = await tx.sql<AddressSpaceRow[]>`
    select ${columns(tx, addressSpaceColumns)} from address_spaces where ${key} = ${idOrName}
  `;
  return row;
}

/** Finds address spaces of the project by ids and names. */
export async function findAddressSpaces(tx: Tx, idsOrNames: readonly string[]): Promise<AddressSpaceRow[]> {
  if (idsOrNames.length === 0) return [];
  const words = idsOrNames as string[];
  return tx.sql<AddressSpaceRow[]>`
    select ${columns(tx, addressSpaceColumns)} from address_spaces
    where project_id = ${getProjectId(tx)} and (id = any(${words}::text[]) or name = any(${words}::text[]))
  `;
}

/** Like `findAddressSpace`, but throws `not-found`. */
export async function getAddressSpace(tx: Tx, idOrName: string): Promise<AddressSpaceRow> {
  const row = await findAddressSpace(tx, idOrName);
  if (row === undefined) throw new FleetyardError('not-found', `There is no address space "${idOrName}".`);
  return row;
}

/** Lists address spaces. */
export async function listAddressSpaces(tx: Tx, { limit, cursor }: PageRequest): Promise<Page<AddressSpaceRow>> {
  const after = cursor === undefined ? tx.sql`` : tx.sql`where id > ${decodeCursor(cursor)}`;
  const rows = await tx.sql<AddressSpaceRow[]>`
    select ${columns(tx, addressSpaceColumns)} from address_spaces ${after} order by id limit ${limit + 1}
  `;
  return toPage(rows, limit);
}

/** Deletes an address space by id or name; throws `in-use` while it holds a range or a live fleet cuts from it. */
export async function deleteAddressSpace(tx: Tx, idOrName: string): Promise<AddressSpaceRow> {
  const { id, name } = await getAddressSpace(tx, idOrName);
  await tx.sql`select 1 from address_spaces where id = ${id} for update`;
  await refuseUsed(tx, { id, name });
  await tx.sql`update fleets set address_space_id = null where address_space_id = ${id} and deleted_at is not null`;
  return only(
    await tx.sql<AddressSpaceRow[]>`
      delete from address_spaces where id = ${id} returning ${columns(tx, addressSpaceColumns)}
    `,
  );
}

async function refuseUsed(tx: Tx, { id, name }: Pick<AddressSpaceRow, 'id' | 'name'>): Promise<void> {
  const users = await tx.sql<{ kind: 'cluster' | 'fleet' | null; id: string; name: string }[]>`
    select 'fleet' as kind, id, name from fleets where address_space_id = ${id} and deleted_at is null
    union all
    (
      select distinct case when c.id is null then null else 'cluster' end, coalesce(c.id, r.id), coalesce(c.name, host(r.range))
      from ranges r left join clusters c on c.id = r.cluster_id where r.address_space_id = ${id}
    )
    order by kind desc nulls last, name limit 5
  `;
  if (users.length === 0) return;
  const wayOut = users.flatMap(({ kind, ...user }): Call[] =>
    kind === null
      ? [{ method: 'DELETE', path: `/v1/address-spaces/${id}/ranges/${user.id}`, does: `releases ${user.name}` }]
      : listDependents([{ kind, ...user }]),
  );
  throw new FleetyardError('in-use', `The address space "${name}" still holds ranges or fleets.`, { wayOut });
}
