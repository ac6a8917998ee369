// What a database consists of, as far as a backup needs to know: tables, their columns, and how to make them again.

import type { Query } from './transaction.ts';

/** A table of a backup. */
export type TableDescription = {
  schema: string;
  name: string;
  /** Role that owns it; for a schema of its own, whoever owns the schema. */
  owner: string;
  /** In the order of a copy; generated ones are left out. */
  columns: string[];
  /** Statements that make it, its keys and its indexes, without schema and owner. */
  definition: string[];
};

/** Lists the tables of a database so that each comes after those that it refers to. */
export async function describeTables(sql: Query): Promise<TableDescription[]> {
  const tables = await sql<(TableDescription & { refersTo: string[] })[]>`
    select n.nspname::text as schema, c.relname::text as name,
      pg_get_userbyid(case when n.nspname = 'public' then c.relowner else n.nspowner end)::text as owner,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
      ) as columns,
      array(
        select format('create table %I.%I (%s)', n.nspname, c.relname, (
          select string_agg(concat_ws(' ', format('%I', a.attname), format_type(a.atttypid, a.atttypmod),
            'default ' || pg_get_expr(d.adbin, d.adrelid), case when a.attnotnull then 'not null' end), ', ' order by a.attnum)
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        ))
        union all
        select format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
        from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u')
        union all
        select pg_get_indexdef(i.indexrelid) from pg_index i
        where i.indrelid = c.oid and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
      ) as definition,
      array(
        select distinct other.relname::text from pg_constraint k join pg_class other on other.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid and not k.condeferrable
      ) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname <> 'information_schema' and not starts_with(n.nspname, 'pg_')
    order by schema, name
  `;
  return putInOrder(tables).map(({ refersTo: _order, ...table }) => table);
}

/** How a statement names a table. */
export function nameTable({ schema, name }: Pick<TableDescription, 'schema' | 'name'>): string {
  return `${quote(schema)}.${quote(name)}`;
}

/** A name as an identifier. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function putInOrder<T extends { name: string; refersTo: string[] }>(tables: readonly T[]): T[] {
  const placed: T[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const ready = [...left].filter(({ refersTo }) => [...left].every(({ name }) => !refersTo.includes(name)));
    if (ready.length === 0) throw new Error('the tables refer to each other in a circle');
    for (const table of ready) left.delete(table);
    placed.push(...ready);
  }
  return placed;
}
