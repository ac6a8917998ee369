// Pulumi's state database: a second database on the same server, owned by a login role of its own.

import { randomBytes } from 'node:crypto';
import { withLogin } from './connection.ts';
import { findSetting, saveSetting } from './settings.ts';
import type { Pool, Tx } from './transaction.ts';

/** How the engine logs in to the state database; kept sealed in `settings`. */
export type StateLogin = { database: string; user: string; password: string };

const settingName = 'state-login';

/** Finds the login, or makes one with a random password. The role is named like its database, as one server may hold several. */
export async function getOrCreateStateLogin(tx: Tx, database: string): Promise<StateLogin> {
  const found = await findStateLogin(tx);
  if (found?.database === database) return found;
  const login = { database, user: database, password: randomBytes(24).toString('base64url') };
  await saveSetting(tx, settingName, JSON.stringify(login));
  return login;
}

/** URL of the state database, seen from the main database's URL; undefined before the first migration. */
export async function findStateUrl(tx: Tx, url: string): Promise<string | undefined> {
  const login = await findStateLogin(tx);
  return login === undefined ? undefined : withLogin(url, login);
}

async function findStateLogin(tx: Tx): Promise<StateLogin | undefined> {
  const text = await findSetting(tx, settingName);
  return text === undefined ? undefined : (JSON.parse(text) as StateLogin);
}

/** Makes the role and the database where they are missing and gives the role its password; safe to repeat. */
export async function ensureStateDatabase(sql: Pool, { database, user, password }: StateLogin): Promise<void> {
  const [role] = await sql`select 1 from pg_roles where rolname = ${user}`;
  const attributes = `login password '${password}'`;
  // Utility statements take no parameters; the password is base64url and the names are quoted.
  await sql`${sql.unsafe(role === undefined ? 'create' : 'alter')} role ${sql(user)} with ${sql.unsafe(attributes)}`;
  const [existing] = await sql`select 1 from pg_database where datname = ${database}`;
  if (existing === undefined) {
    // To hand a database to a role one must be a member of it; superusers always are.
    await sql`grant ${sql(user)} to current_user`;
    await sql`create database ${sql(database)} owner ${sql(user)} template template0 encoding 'UTF8'`;
  } else {
    await sql`alter database ${sql(database)} owner to ${sql(user)}`;
  }
  await sql`revoke all on database ${sql(database)} from public`;
}
