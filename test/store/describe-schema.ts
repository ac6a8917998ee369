// The schema of a database as text: tables, constraints, indexes, policies and grants, whatever server it stands on.
import postgres from 'postgres';

/** Describes the public schema; two databases with the same text behave the same. */
export async function describeSchema(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const tables = await sql<{ oid: number; name: string; security: string }[]>`
      select oid::int, relname::text as name,
        concat_ws(' ', case when relrowsecurity then 'row security' end, case when relforcerowsecurity then 'forced' end)
          as security
      from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by name
    `;
    const parts: string[] = [];
    for (const { oid, name, security } of tables) {
      const lines = [...(await listColumns(sql, oid)), ...(await listRules(sql, oid)), ...(await listGrants(sql, oid))];
      parts.push(
        [`table ${name}${security === '' ? '' : ` (${security})`}`, ...lines.map((line) => `  ${line}`)].join('\n'),
      );
    }
    return `${parts.join('\n\n')}\n`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function listColumns(sql: postgres.Sql, table: number): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' end, 'default ' || pg_get_expr(d.adbin, d.adrelid)) as line
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = ${table} and a.attnum > 0 and not a.attisdropped order by a.attnum
  `;
  return rows.map(({ line }) => line);
}

async function listRules(sql: postgres.Sql, table: number): Promise<string[]> {
  // Since PostgreSQL 18 "not null" is a constraint too; the columns above say it already.
  const rows = await sql<{ line: string }[]>`
    select format('constraint %s %s', conname, pg_get_constraintdef(oid)) as line, 1 as part
    from pg_constraint where conrelid = ${table} and contype <> 'n'
    union all
    select pg_get_indexdef(i.indexrelid), 2 from pg_index i
    where i.indrelid = ${table} and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.conrelid = ${table})
    union all
    select format('policy %s to %s using %s check %s', polname,
      array(select rolname from pg_roles where oid = any(polroles) order by rolname),
      coalesce(pg_get_expr(polqual, polrelid), '-'), coalesce(pg_get_expr(polwithcheck, polrelid), '-')), 3
    from pg_policy where polrelid = ${table}
    order by part, line
  `;
  return rows.map(({ line }) => line);
}

async function listGrants(sql: postgres.Sql, table: number): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select format('grant %s to %s', string_agg(lower(g.privilege_type), ', ' order by g.privilege_type), r.rolname) as line
    from pg_class c cross join aclexplode(c.relacl) g join pg_roles r on r.oid = g.grantee
    where c.oid = ${table} and r.rolname like 'fleetyard%' and r.oid <> c.relowner
    group by r.rolname order by r.rolname
  `;
  return rows.map(({ line }) => line);
}
