// The check at start-up that row-level security binds whoever works for one project.

import { FleetyardError } from '../domain/errors.ts';
import type { Query } from './transaction.ts';

/** The role that works for one project; every tenant table binds it to that project's rows. */
export const appRole = 'fleetyard_app';

/** The role of sweeps and token look-up; sees all projects. */
export const systemRole = 'fleetyard_system';

type RoleFacts = {
  rolsuper: boolean;
  rolbypassrls: boolean;
  rolcanlogin: boolean;
  system: boolean;
  others: string[];
};

/** Throws when the app role could read past its project: by attribute, by membership, or by a table without forced policies. */
export async function checkIsolation(sql: Query): Promise<void> {
  const faults = await findIsolationFaults(sql);
  if (faults.length === 0) return;
  throw new FleetyardError('internal', `The database does not keep projects apart: ${faults.join('; ')}.`);
}

/** The same as a list. */
export async function findIsolationFaults(sql: Query): Promise<string[]> {
  return [...(await findRoleFaults(sql)), ...(await findTableFaults(sql))];
}

async function findRoleFaults(sql: Query): Promise<string[]> {
  const [role] = await sql<RoleFacts[]>`
    select r.rolsuper, r.rolbypassrls, r.rolcanlogin,
      pg_has_role(r.oid, ${systemRole}, 'member') as system,
      array(
        select o.rolname::text from pg_roles o
        where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member') and (o.rolsuper or o.rolbypassrls)
      ) as others
    from pg_roles r
    where r.rolname = ${appRole}
  `;
  if (role === undefined) return [`role ${appRole} is missing (run the migrations)`];
  const faults: string[] = [];
  if (role.rolsuper) faults.push(`role ${appRole} is a superuser`);
  if (role.rolbypassrls) faults.push(`role ${appRole} has bypassrls`);
  if (role.rolcanlogin) faults.push(`role ${appRole} can log in`);
  if (role.system) faults.push(`role ${appRole} is a member of ${systemRole}`);
  for (const other of role.others) faults.push(`role ${appRole} is a member of ${other}, which bypasses row security`);
  return faults;
}

async function findTableFaults(sql: Query): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select c.relname::text as name
    from pg_class c
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p')
      and (has_table_privilege(${appRole}, c.oid, 'select, insert, update, delete')
        or pg_has_role(${appRole}, c.relowner, 'member'))
      and not (c.relrowsecurity and c.relforcerowsecurity)
    order by name
  `;
  return tables.map(({ name }) => `table ${name} does not force row security`);
}
