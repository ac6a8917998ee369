// The check at start-up that whoever logs in to do the work can do no more than the work, with the statement that mends it.

import { connect, quoteName } from './connection.ts';
import { explainAway } from './database-errors.ts';
import { FleetyardError } from '../domain/errors.ts';
import type { Pool, Query } from './transaction.ts';

type Facts = {
  user: string;
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
    return await listLoginFaults(sql);
  } catch (error) {
    throw explainAway(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Throws when whoever is logged in could read past the rows' security, or take it away. */
export async function checkLogin(sql: Query): Promise<void> {
  const faults = await listLoginFaults(sql);
  if (faults.length > 0) throw new FleetyardError('internal', faults.join('; '));
}

async function listLoginFaults(sql: Query): Promise<string[]> {
  const [facts] = await sql<Facts[]>`
    select r.rolname::text as user, r.rolsuper as superuser, r.rolbypassrls as bypassrls,
      array(
        select o.rolname::text from pg_roles o
        where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member') and (o.rolsuper or o.rolbypassrls) order by 1
      ) as strong,
      array(
        select distinct pg_get_userbyid(c.relowner)::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and pg_has_role(r.oid, c.relowner, 'member') order by 1
      ) as owners
    from pg_roles r where r.rolname = session_user
  `;
  return facts === undefined ? ['PostgreSQL does not know the user that it let in'] : describeFaults(facts);
}

function describeFaults({ user, superuser, bypassrls, strong, owners }: Facts): string[] {
  const name = quoteName(user);
  const faults: string[] = [];
  const add = (fault: string, mend: string): void =>
    void faults.push(`the user ${user} of DATABASE_URL ${fault}, so nothing would keep projects apart; ${mend}`);
  const another =
    'let DATABASE_URL name a login of its own, and FLEETYARD_MIGRATION_URL this one (docs/database-logins.md)';
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
