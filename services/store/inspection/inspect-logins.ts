// Whether the logins of an installation may do their work and no more: the API's, the worker's, and the owner who migrates.

import { appRole, systemRole } from '../check-isolation.ts';
import { listLoginFaults, type LoginFault } from '../check-login.ts';
import { listStateFaults } from '../check-state-access.ts';
import { quoteName } from '../connection.ts';
import type { Query } from '../transaction.ts';

/** The logins as the configuration names them. */
export type ConfiguredLogins = {
  /** The user of DATABASE_URL. */
  own: string;
  /** Those that the migrator lets in. */
  runtime: readonly string[];
  /** Pulumi's database. */
  stateDatabase: string;
  /** Whether one of them has to be a worker's. */
  worker: boolean;
};

type Rights = { canLogin: boolean; createrole: boolean; lacks: string[] };

/** What the logins may not do, and what they may and must not. */
export async function inspectLogins(sql: Query, logins: ConfiguredLogins): Promise<LoginFault[]> {
  const { own, runtime, stateDatabase, worker } = logins;
  const faults: LoginFault[] = [];
  const makers: string[] = [];
  const others = runtime.filter((user) => user !== own);
  for (const user of [own, ...others]) {
    const login = { user, variable: user === own ? 'DATABASE_URL' : 'FLEETYARD_RUNTIME_LOGINS' };
    const found = await listLoginFaults(sql, login);
    faults.push(...found);
    const rights = await readRights(sql, user);
    if (rights === undefined) continue;
    if (rights.createrole) makers.push(user);
    if (found.length > 0) continue;
    faults.push(...describeLacks(login, rights));
    if (rights.createrole) faults.push(...(await listStateFaults(sql, { ...login, database: stateDatabase })));
  }
  if (worker && makers.length === 0) {
    const says = `no login of DATABASE_URL and FLEETYARD_RUNTIME_LOGINS (${[own, ...others].join(', ')}) may make roles, and each engine step gets a login of its own`;
    const mend = `as a superuser of the server, for the worker's login: ALTER ROLE ${quoteName(others[0] ?? own)} CREATEROLE;`;
    faults.push({ says, mend });
  }
  return faults;
}

/** Whether the user of a connection may migrate: it owns the tables, or is a superuser. */
export async function inspectOwner(sql: Query): Promise<LoginFault[]> {
  const rows = await sql<{ user: string; owner: string }[]>`
    select session_user::text as user, pg_get_userbyid(c.relowner)::text as owner from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not pg_has_role(session_user, c.relowner, 'member')
    order by c.relname limit 1
  `;
  return rows.map(({ user, owner }) => ({
    says: `the user ${user} of FLEETYARD_MIGRATION_URL does not own the tables; ${owner} does`,
    mend: `let FLEETYARD_MIGRATION_URL name ${owner}, or hand the tables over (docs/database-logins.md)`,
  }));
}

async function readRights(sql: Query, user: string): Promise<Rights | undefined> {
  const [rights] = await sql<Rights[]>`
    select r.rolcanlogin as can_login, r.rolcreaterole or r.rolsuper as createrole,
      array(
        select name from unnest(${[appRole, systemRole]}::text[]) name
        where not exists (select 1 from pg_roles o where o.rolname = name and pg_has_role(r.oid, o.oid, 'member'))
        order by name desc
      ) as lacks
    from pg_roles r where r.rolname = ${user}
  `;
  return rights;
}

function describeLacks(
  { user, variable }: { user: string; variable: string },
  { canLogin, lacks }: Rights,
): LoginFault[] {
  const faults: LoginFault[] = [];
  if (!canLogin)
    faults.push({
      says: `the user ${user} of ${variable} may not log in`,
      mend: `as a superuser of the server: ALTER ROLE ${quoteName(user)} LOGIN;`,
    });
  if (lacks.length > 0)
    faults.push({
      says: `the user ${user} of ${variable} is no member of ${lacks.join(' and ')}`,
      mend: `npm run migrate with FLEETYARD_RUNTIME_LOGINS naming ${user}`,
    });
  return faults;
}
