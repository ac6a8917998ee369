// Who may write Pulumi's state: one schema a project, and a login of its own for each lease, which a takeover revokes.

import { randomBytes } from 'node:crypto';
import { connect, withLogin } from './connection.ts';
import { holdLease, type Lease } from './leases.ts';
import type { Store } from './open-store.ts';
import type { Pool } from './transaction.ts';

/** The stack that a lease works on. */
export type StateHolder = { lease: Lease; projectId: string; stackId: string; stackName: string };

/** A login that is good for one project's schema until it is closed, or another lease opens the same stack. */
export type StateLogin = { url: string; close(): Promise<void> };

/** The way to Pulumi's state. */
export type StateAccess = {
  /**
   * Revokes whatever login the stack had before, and makes one for the lease. `prepare` is called with its URL when the project's
   * schema has no table yet. Throws `lease-lost`.
   */
  open(holder: StateHolder, prepare: (url: string) => Promise<void>): Promise<StateLogin>;
  /** Revokes the logins of stacks that no lease works on any more, and returns their names. */
  sweep(): Promise<string[]>;
  end(): Promise<void>;
};

/** How long the server waits for a connection to end that it was told to end. */
const endMilliseconds = 5000;
/** Any number does, as long as every release uses the same. */
const lockKey = 7_305_118_403;

/** Opens the way; its user must be allowed to make roles, as the migrator's is. */
export async function openStateAccess(options: { url: string; store: Store }): Promise<StateAccess> {
  const { url, store } = options;
  const shared = new URL(await store.getStateUrl());
  const database = decodeURIComponent(shared.pathname.slice(1));
  const own = new URL(url);
  const [user, password] = [own.username, own.password].map(decodeURIComponent) as [string, string];
  const adminUrl = withLogin(url, { database, user, password });
  const sql = connect({ url: adminUrl, applicationName: 'fleetyard-state', max: 2 });
  return {
    async open(holder, prepare) {
      const { lease, projectId, stackId } = holder;
      const login = `${database}_l${randomBytes(6).toString('hex')}`;
      const owner = `${database}_${projectId}`;
      // The name comes first: whoever takes over finds it, whatever this process still gets done.
      const before = await recordLogin(store, { lease, stackId, login });
      if (before !== null) await revokeLogin(sql, before);
      await ensureSchema(sql, { database, owner, schema: projectId });
      const secret = await createLogin(sql, { login, owner });
      await store.asSystem((tx) => holdLease(tx, lease)).catch((error: unknown) => giveUp(sql, login, error));
      const opened = writeUrl(withLogin(url, { database, user: login, password: secret }), {
        owner,
        schema: projectId,
      });
      if (!(await hasTable(sql, projectId))) await prepare(opened);
      await moveState(sql, holder);
      return { url: opened, close: () => closeLogin({ store, sql }, { stackId, login }) };
    },
    sweep: () => sweepLogins(store, sql),
    end: () => sql.end({ timeout: 1 }),
  };
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
  await sql.begin(async (tx) => {
    await tx`create role ${tx(login)} with ${tx.unsafe(`login password '${secret}'`)}`;
    await tx`grant ${tx(owner)} to ${tx(login)}`;
    // To end a role's connections one must be a member of it; superusers always are.
    await tx`grant ${tx(login)} to current_user`;
  });
  return secret;
}

async function giveUp(sql: Pool, login: string, error: unknown): Promise<never> {
  await revokeLogin(sql, login);
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
  { store, sql }: { store: Store; sql: Pool },
  { stackId, login }: { stackId: string; login: string },
): Promise<void> {
  await revokeLogin(sql, login);
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
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockKey})`;
    const [role] = await tx`select 1 from pg_roles where rolname = ${owner}`;
    if (role === undefined) await tx`create role ${tx(owner)} nologin`;
    // To hand a schema to a role one must be a member of it; superusers always are.
    await tx`grant ${tx(owner)} to current_user`;
    await tx`grant connect on database ${tx(database)} to ${tx(owner)}`;
    await tx`create schema if not exists ${tx(schema)} authorization ${tx(owner)}`;
  });
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

async function sweepLogins(store: Store, sql: Pool): Promise<string[]> {
  const dead = await store.asSystem(
    (tx) => tx.sql<{ id: string; stateLogin: string }[]>`
      select s.id, s.state_login from stacks s
      where s.state_login is not null and not exists (
        select 1 from operations o where o.resource_id = s.cluster_id and o.state in ('running', 'cancelling')
      )
      order by s.id limit 50
    `,
  );
  for (const { id, stateLogin } of dead) await closeLogin({ store, sql }, { stackId: id, login: stateLogin });
  return dead.map(({ stateLogin }) => stateLogin);
}
