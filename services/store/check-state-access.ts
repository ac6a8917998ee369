// The check at start-up that the database user may do what each lease's login needs, with the statement that mends what is missing.

import { connect, quoteName } from './connection.ts';
import { explainAway } from './database-errors.ts';
import type { Store } from './open-store.ts';
import type { LoginFault, NamedLogin } from './check-login.ts';
import type { Query } from './transaction.ts';

type Facts = {
  superuser: boolean;
  createrole: boolean;
  /** The role that owns the state's database, unless the user is a member of it. */
  foreignOwner: string | null;
  /** Roles that an earlier user made, and that this one may neither grant nor drop. */
  foreignRoles: string[];
};

/** What keeps the user of `url` from opening Pulumi's state, one line for each lack; empty when nothing does. */
export async function findStateFaults(options: { url: string; store: Store }): Promise<string[]> {
  const database = decodeURIComponent(new URL(await options.store.getStateUrl()).pathname.slice(1));
  const sql = connect({ url: options.url, applicationName: 'fleetyard-state', max: 1 });
  try {
    const [session] = await sql<{ user: string }[]>`select current_user::text as user`;
    const faults = await listStateFaults(sql, { user: session?.user ?? '', variable: 'DATABASE_URL', database });
    return faults.map(({ says, mend }) => `${says}; ${mend}`);
  } catch (error) {
    throw explainAway(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** What keeps a login from opening Pulumi's state, which is in the database of that name. */
export async function listStateFaults(
  sql: Query,
  { database, ...login }: NamedLogin & { database: string },
): Promise<LoginFault[]> {
  const [facts] = await sql<Facts[]>`
    select r.rolsuper as superuser, r.rolcreaterole as createrole,
      (
        select pg_get_userbyid(d.datdba)::text from pg_database d
        where d.datname = ${database} and not pg_has_role(r.oid, d.datdba, 'member')
      ) as foreign_owner,
      array(
        select o.rolname::text from pg_roles o
        where starts_with(o.rolname, ${`${database}_`})
          and substr(o.rolname, ${database.length + 2}) ~ '^(pr_.+|l[0-9a-f]{12})$'
          -- Before PostgreSQL 16 whoever may make roles may change each of them.
          and current_setting('server_version_num')::int >= 160000
          and not pg_has_role(r.oid, o.oid, 'member with admin option')
        order by o.rolname
      ) as foreign_roles
    from pg_roles r where r.rolname = ${login.user}
  `;
  if (facts === undefined) throw new Error('PostgreSQL does not know the user that it let in');
  return facts.superuser ? [] : describeFaults(login, facts);
}

function describeFaults(
  { user, variable }: NamedLogin,
  { createrole, foreignOwner, foreignRoles }: Facts,
): LoginFault[] {
  const name = quoteName(user);
  const faults: LoginFault[] = [];
  const add = (lack: string, mend: string): void =>
    void faults.push({
      says: `the user ${user} of ${variable} ${lack}`,
      mend: `as a superuser of the server: ${mend}`,
    });
  if (!createrole)
    add('may not make roles, and each engine step gets a login of its own', `ALTER ROLE ${name} CREATEROLE;`);
  if (foreignOwner !== null)
    add("is no member of the owner of Pulumi's state", `GRANT ${quoteName(foreignOwner)} TO ${name};`);
  if (foreignRoles.length > 0)
    add(
      "may not grant roles of Pulumi's state that another user made",
      `GRANT ${foreignRoles.map(quoteName).join(', ')} TO ${name} WITH ADMIN OPTION;`,
    );
  return faults;
}
