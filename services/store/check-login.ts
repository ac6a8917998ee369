// The check at start-up that whoever logs in to do the work can do no more than the work, with the statement that mends it.

import { connect, quoteName } from './connection.ts';
import { explainAway } from './database-errors.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { Pool, Query } from './transaction.ts';

/** What a login may do and must not. */
export type LoginFault = { says: string; mend: string };

/** A login and the variable that names it. */
export type NamedLogin = { user: string; variable: string };

type Facts = {
  superuser: boolean;
  bypassrls: boolean;
  /** Roles that pass row security, and that it may become. */
  strong: string[];
  /** Owners of our tables that it is, or may become. */
  owners: string[];
};

/** What the user of `url` may do and must not, one line for each; empty when nothing. */
export async function findLoginFaults(url: string): Promise<string[]> {
  const sql: Pool = connect({ url, applicationName: 'fleetyard-check', max: 1 });
  try {
    return await describeSession(sql);
  } catch (error) {
    throw explainAway(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Throws when whoever is logged in could read past the rows' security, or take it away. */
export async function checkLogin(sql: Query): Promise<void> {
  const faults = await describeSession(sql);
  if (faults.length > 0) throw new FleetyardError('internal', faults.join('; '));
}

async function describeSession(sql: Query): Promise<string[]> {
  const [session] = await sql<{ user: string }[]>`select session_user::text as user`;
  const faults = await listLoginFaults(sql, { user: session?.user ?? '', variable: 'DATABASE_URL' });
  return faults.map(({ says, mend }) => `${says}; ${mend}`);
}

/** What a login may do and must not. */
export async function listLoginFaults(sql: Query, login: NamedLogin): Promise<LoginFault[]> {
  const [facts] = await sql<Facts[]>`
    select r.rolsuper as superuser, r.rolbypassrls as bypassrls,
      array(
        select o.rolname::text from pg_roles o
        where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member') and (o.rolsuper or o.rolbypassrls) order by 1
      ) as strong,
      array(
        select distinct pg_get_userbyid(c.relowner)::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and pg_has_role(r.oid, c.relowner, 'member') order by 1
      ) as owners
    from pg_roles r where r.rolname = ${login.user}
  `;
  if (facts !== undefined) return describeFaults(login, facts);
  const mend = 'make the login (docs/database-logins.md), then npm run migrate';
  return [{ says: `PostgreSQL does not know the user ${login.user} of ${login.variable}`, mend }];
}

function describeFaults({ user, variable }: NamedLogin, { superuser, bypassrls, strong, owners }: Facts): LoginFault[] {
  const name = quoteName(user);
  const faults: LoginFault[] = [];
  const add = (fault: string, mend: string): void =>
    void faults.push({ says: `the user ${user} of ${variable} ${fault}, so nothing would keep projects apart`, mend });
  const another = `let ${variable} name a login of its own, and FLEETYARD_MIGRATION_URL this one (docs/database-logins.md)`;
  // A superuser is a member of every role: the rest would say the same again.
  if (superuser) {
    add('is a superuser', another);
    return faults;
  }
  if (bypassrls) add('may bypass row security', `as a superuser of the server: ALTER ROLE ${name} NOBYPASSRLS;`);
  for (const role of strong)
    add(`is a member of ${role}, which bypasses row security`, `REVOKE ${quoteName(role)} FROM ${name};`);
  if (owners.includes(user)) add('owns the tables', another);
  else if (owners.length > 0)
    add(
      `is a member of ${owners.join(', ')}, who owns the tables`,
      `REVOKE ${owners.map(quoteName).join(', ')} FROM ${name};`,
    );
  return faults;
}
