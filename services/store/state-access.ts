// Who may write Pulumi's state: one schema a project, and a login of its own for each lease, which a takeover revokes.

import { randomBytes } from 'node:crypto';
import { connect, defaultLimits, withLogin } from './connection.ts';
import { explainAway, sayAway } from './database-errors.ts';
import { holdLease, type Lease } from './leases.ts';
import type { Store } from './open-store.ts';
import type { Pool } from './transaction.ts';

/** The stack that a lease works on. */
export type StateHolder = {
  lease: Lease;
  projectId: string;
  stackId: string;
  stackName: string;
  /** Under which key the CLI keeps the stack; its text comes with the login. */
  stateKey?: string;
};

/** A login that is good for one project's schema until it is closed, or another lease opens the same stack. */
export type StateLogin = {
  url: string;
  /**
   * What lies under the key that was asked for, as it stood once nobody else could write it any more; null when nothing does, undefined
   * when that can't be told.
   */
  text: string | null | undefined;
  close(): Promise<void>;
};

/** The way to Pulumi's state. */
export type StateAccess = {
  /**
   * Revokes whatever login the stack had before, and makes one for the lease. `prepare` is called with its URL when the project's
   * schema has no table yet. Throws `lease-lost`, and `unavailable` when the database does not answer; it may be asked again then.
   */
  open(holder: StateHolder, prepare: (url: string) => Promise<void>): Promise<StateLogin>;
  /** Revokes the logins of stacks that no lease works on any more, and returns their names. */
  sweep(): Promise<string[]>;
};

/** How long the server waits for a connection to end that it was told to end. */
const endMilliseconds = 5000;
/** Any number does, as long as every release uses the same. */
const lockKey = 7_305_118_403;

/** Opens the way; its user must be allowed to make roles, as the migrator's is. */
export async function openStateAccess(options: {
  url: string;
  store: Store;
  /** How long the server may take for one thing that it is asked. */
  seconds?: number;
}): Promise<StateAccess> {
  const { url, store, seconds = defaultLimits.statementSeconds } = options;
  const shared = new URL(await store.getStateUrl());
  const database = decodeURIComponent(shared.pathname.slice(1));
  const own = new URL(url);
  const [user, password] = [own.username, own.password].map(decodeURIComponent) as [string, string];
  const adminUrl = withLogin(url, { database, user, password });
  const ask: Ask = (work) => askOnce(adminUrl, seconds, work);
  return {
    async open(holder, prepare) {
      const { lease, projectId, stackId } = holder;
      const login = `${database}_l${randomBytes(6).toString('hex')}`;
      const owner = `${database}_${projectId}`;
      // The name comes first: whoever takes over finds it, whatever this process still gets done.
      const before = await recordLogin(store, { lease, stackId, login });
      // One connection for all of it: making one takes longer than what is asked.
      const { secret, ready } = await ask(async (sql) => {
        if (before !== null) await revokeLogin(sql, before);
        await ensureSchema(sql, { database, owner, schema: projectId });
        const made = await createLogin(sql, { login, owner });
        return { secret: made, ready: (await hasTable(sql, projectId)) ? await takeText(sql, holder) : undefined };
      });
      await store.asSystem((tx) => holdLease(tx, lease)).catch((error: unknown) => giveUp(ask, login, error));
      const opened = writeUrl(withLogin(url, { database, user: login, password: secret }), {
        owner,
        schema: projectId,
      });
      if (ready === undefined) await prepare(opened);
      const { text } = ready ?? (await ask((sql) => takeText(sql, holder)));
      return { url: opened, text, close: () => closeLogin({ store, ask }, { stackId, login }) };
    },
    sweep: () => sweepLogins(store, ask),
  };
}

/**
 * Asks the server on a connection of its own: one that says nothing any more must hold up nobody else. What fails in a transaction is
 * rolled back by the end of the connection; the client's own `begin` would write to a closed socket, which ends the process.
 */
type Ask = <T>(work: (sql: Pool) => Promise<T>) => Promise<T>;

async function askOnce<T>(url: string, seconds: number, work: (sql: Pool) => Promise<T>): Promise<T> {
  const sql = connect({ url, applicationName: 'fleetyard-state', max: 1, connectSeconds: seconds });
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(sayAway(new Error(`no answer in ${seconds} s`))), seconds * 1000);
  });
  try {
    return await Promise.race([work(sql), silence]);
  } catch (error) {
    throw explainAway(error);
  } finally {
    clearTimeout(timer);
    // Not waited for: what it is connected to may never answer.
    void sql.end({ timeout: 0 });
  }
}

/** Statements run as the owner, so that what the CLI makes belongs to the project's role and not to a login that goes. */
function writeUrl(login: string, { owner, schema }: { owner: string; schema: string }): string {
  const url = new URL(login);
  url.searchParams.set('role', owner);
  url.searchParams.set('search_path', schema);
  return url.href;
}

async function recordLogin(
  store: Store,
  { lease, stackId, login }: { lease: Lease; stackId: string; login: string },
): Promise<string | null> {
  return store.asSystem(async (tx) => {
    await holdLease(tx, lease);
    const [row] = await tx.sql<{ stateLogin: string | null }[]>`select state_login from stacks where id = ${stackId}`;
    await tx.sql`update stacks set state_login = ${login} where id = ${stackId}`;
    return row?.stateLogin ?? null;
  });
}

async function createLogin(sql: Pool, { login, owner }: { login: string; owner: string }): Promise<string> {
  const secret = randomBytes(24).toString('base64url');
  // Utility statements take no parameters; the password is base64url and the names are quoted.
  await sql`begin`;
  await sql`create role ${sql(login)} with ${sql.unsafe(`login password '${secret}'`)}`;
  await sql`grant ${sql(owner)} to ${sql(login)}`;
  // To end a role's connections one must be a member of it; superusers always are.
  await sql`grant ${sql(login)} to current_user`;
  await sql`commit`;
  return secret;
}

async function giveUp(ask: Ask, login: string, error: unknown): Promise<never> {
  await ask((sql) => revokeLogin(sql, login));
  throw error;
}

/** Takes the login away and ends its connections; safe to repeat, and for one that never came to be. */
async function revokeLogin(sql: Pool, login: string): Promise<void> {
  const [role] = await sql`select 1 from pg_roles where rolname = ${login}`;
  if (role === undefined) return;
  await sql`alter role ${sql(login)} nologin`;
  await sql`select pg_terminate_backend(pid, ${endMilliseconds}) from pg_stat_activity where usename = ${login}`;
  await sql`drop role if exists ${sql(login)}`;
}

async function closeLogin(
  { store, ask }: { store: Store; ask: Ask },
  { stackId, login }: { stackId: string; login: string },
): Promise<void> {
  await ask((sql) => revokeLogin(sql, login));
  await store.asSystem(
    (tx) => tx.sql`update stacks set state_login = null where id = ${stackId} and state_login = ${login}`,
  );
}

async function ensureSchema(
  sql: Pool,
  { database, owner, schema }: { database: string; owner: string; schema: string },
): Promise<void> {
  const [found] = await sql`select 1 from pg_namespace where nspname = ${schema}`;
  if (found !== undefined) return;
  await sql`begin`;
  await sql`select pg_advisory_xact_lock(${lockKey})`;
  const [role] = await sql`select 1 from pg_roles where rolname = ${owner}`;
  if (role === undefined) await sql`create role ${sql(owner)} nologin`;
  // To hand a schema to a role one must be a member of it; superusers always are.
  await sql`grant ${sql(owner)} to current_user`;
  await sql`grant connect on database ${sql(database)} to ${sql(owner)}`;
  await sql`create schema if not exists ${sql(schema)} authorization ${sql(owner)}`;
  await sql`commit`;
}

async function hasTable(sql: Pool, schema: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select to_regclass(${`${schema}.pulumi_state`}) is not null as found
  `;
  return row?.found === true;
}

/** Brings along what an earlier release kept in the one table of all projects. Only the lease's holder touches the stack. */
async function moveState(sql: Pool, { projectId, stackName }: StateHolder): Promise<void> {
  if (!(await hasTable(sql, 'public'))) return;
  const target = sql`${sql(projectId)}.pulumi_state`;
  await sql`
    with moved as (
      delete from public.pulumi_state old
      where (position(${`/${stackName}/`} in key) > 0 or position(${`/${stackName}.json`} in key) > 0)
        -- What is there already was written later.
        and not exists (select 1 from ${target} new where new.key = old.key)
      returning key, data, updated_at
    )
    insert into ${target} (key, data, updated_at) select key, data, updated_at from moved
  `;
}

/** Brings the state along and reads it. */
async function takeText(sql: Pool, holder: StateHolder): Promise<Pick<StateLogin, 'text'>> {
  await moveState(sql, holder);
  return { text: (await hasTable(sql, holder.projectId)) ? await readText(sql, holder) : undefined };
}

/** The CLI keeps a file as JSON that holds its bytes, and puts the path of its URL, which is the database, before the file's own. */
async function readText(sql: Pool, { projectId, stateKey }: StateHolder): Promise<string | null | undefined> {
  if (stateKey === undefined) return undefined;
  const table = sql`${sql(projectId)}.pulumi_state`;
  const [row] = await sql<{ bytes: string | null }[]>`
    select data ->> 'data' as bytes from ${table} where key = current_database() || '/' || ${stateKey}
  `;
  if (typeof row?.bytes === 'string') return Buffer.from(row.bytes, 'base64').toString('utf8');
  // Packed, or under a name that another release gave it.
  const [other] = await sql`select 1 from ${table} where position(${stateKey} in key) > 0 limit 1`;
  return other === undefined ? null : undefined;
}

async function sweepLogins(store: Store, ask: Ask): Promise<string[]> {
  const dead = await store.asSystem(
    (tx) => tx.sql<{ id: string; stateLogin: string }[]>`
      select s.id, s.state_login from stacks s
      where s.state_login is not null and not exists (
        select 1 from operations o where o.resource_id = s.cluster_id and o.state in ('running', 'cancelling')
      )
      order by s.id limit 50
    `,
  );
  for (const { id, stateLogin } of dead) await closeLogin({ store, ask }, { stackId: id, login: stateLogin });
  return dead.map(({ stateLogin }) => stateLogin);
}
