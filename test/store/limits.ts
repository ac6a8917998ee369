// Nothing is waited for without a limit: locks, statements, sessions, and answers that never come.
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { openStore, type Store } from '../../services/store/open-store.ts';
import { createProject, listProjects } from '../../services/store/projects.ts';
import { findKnownToken } from '../../services/store/tokens.ts';
import { hashToken } from '../../services/vault/tokens.ts';
import { openDoor } from '../helpers/door.ts';
import { waitFor } from '../helpers/wait.ts';
import { openTestStore } from './fixtures.ts';

const busy = { code: 'unavailable', retryable: true, message: /busy/ };
const away = { code: 'unavailable', retryable: true, message: /does not answer/ };
const limits = { statementSeconds: 20, lockSeconds: 20, idleSeconds: 20, acquireSeconds: 20 };

/** A store with few sessions and the limits that are named. */
async function openLimited(t: Test, change: Partial<typeof limits>) {
  const { url, vault, projectId, store } = await openTestStore(t);
  const door = await openDoor(t, url);
  const limited = await openStore({
    url: door.url,
    applicationName: 'limited',
    vault,
    max: 3,
    reserved: 1,
    limits: { ...limits, ...change },
  });
  t.teardown(() => limited.close(0.05));
  const sql = postgres(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  return { limited, door, projectId, sql, store };
}

/** Holds the lock of a project's row until it is let go. */
async function holdProject(sql: postgres.Sql, projectId: string): Promise<() => Promise<void>> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: tell } = Promise.withResolvers<void>();
  const holding = sql.begin(async (tx) => {
    await tx`select 1 from projects where id = ${projectId} for update`;
    tell();
    await released;
  });
  await held;
  return async () => {
    release();
    await holding;
  };
}

const rename = (store: Store, projectId: string) =>
  store.asSystem((tx) => tx.sql`update projects set name = name where id = ${projectId}`);

test("13: ten changes that wait for one project's lock hold up no authentication and no heartbeat", async (t) => {
  const { limited, projectId, sql } = await openLimited(t, {});
  const letGo = await holdProject(sql, projectId);
  let ended = 0;
  const waiting = Array.from({ length: 10 }, () => rename(limited, projectId).finally(() => (ended += 1)));
  const found = await limited.asUrgent((tx) => findKnownToken(tx, hashToken('none')));
  t.equal(found, undefined, 'a token is looked up');
  await limited.ping();
  t.equal(ended, 0, 'while all of them wait');
  await letGo();
  await Promise.all(waiting);
});

test('13: who waits too long for a lock or for a session is told that the database is busy', async (t) => {
  const { limited, projectId, sql } = await openLimited(t, { lockSeconds: 0.3, acquireSeconds: 0.1 });
  const letGo = await holdProject(sql, projectId);
  const waiting = await Promise.allSettled(Array.from({ length: 6 }, () => rename(limited, projectId)));
  const reasons = waiting.map((end) => (end.status === 'rejected' ? end.reason : undefined));
  for (const reason of reasons) t.match(reason, busy);
  t.same(
    reasons.map((reason) => reason?.cause?.code),
    ['55P03', '55P03', '55P03', 'ALL_BUSY', 'ALL_BUSY', 'ALL_BUSY'],
    'the first three for the lock, the others for a session',
  );
  await letGo();
  await rename(limited, projectId);
});

test('13: a statement that takes too long is ended', async (t) => {
  const { limited } = await openLimited(t, { statementSeconds: 0.2 });
  await t.rejects(
    limited.asSystem((tx) => tx.sql`select pg_sleep(60)`),
    busy,
  );
  t.ok(await limited.asSystem((tx) => listProjects(tx, { limit: 1 })), 'and its session is used again');
});

test('13: a process that hangs inside a unit of work does not keep its locks', async (t) => {
  const { limited, projectId, store } = await openLimited(t, { idleSeconds: 0.2 });
  await t.rejects(
    limited.asSystem(async (tx) => {
      await tx.sql`select 1 from projects where id = ${projectId} for update`;
      await rename(store, projectId);
      await tx.sql`select 1`;
    }),
    away,
  );
});

test('13: a connection that nothing comes through any more counts as lost', async (t) => {
  const { limited, door } = await openLimited(t, { statementSeconds: 0.4 });
  let inside = 0;
  const stuck = [1, 2, 3].map(() =>
    limited.asSystem(async (tx) => {
      await tx.sql`select 1`;
      inside += 1;
      await waitFor('the door to be shut', () => inside > 3);
      await tx.sql`select 1`;
    }),
  );
  await waitFor('all of them to have begun', () => inside === 3);
  door.block();
  inside += 1;
  for (const end of await Promise.allSettled(stuck)) t.match(end, { status: 'rejected', reason: away });
  door.openAnew();
  t.ok(await limited.asSystem((tx) => createProject(tx, { name: 'after' })), 'and new ones take their place');
});

test('13: a database that hangs is not ready', async (t) => {
  const { limited, door } = await openLimited(t, { statementSeconds: 0.4, acquireSeconds: 1 });
  await limited.ping();
  door.block();
  await t.rejects(limited.ping(), away);
});
