import postgres from 'postgres';
import { test } from 'tap';
import { listProjects } from '../../services/store/projects.ts';
import { openStore } from '../../services/store/open-store.ts';
import { waitFor } from '../helpers/wait.ts';
import type { Tx } from '../../services/store/transaction.ts';
import { createTestVault, openTestStore } from './fixtures.ts';

const away = { code: 'unavailable', retryable: true };

async function getPid(tx: Tx): Promise<number> {
  const [row] = await tx.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

test('a connection that breaks in the middle of a unit of work fails it, and nothing else', async (t) => {
  const { store, url } = await openTestStore(t, { max: 2 });
  const sql = postgres(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  const end = async (pid: number): Promise<void> => {
    await sql`select pg_terminate_backend(${pid}, 5000)`;
  };
  for (let index = 0; index < 10; index++) {
    await t.rejects(
      store.asSystem(async (tx) => {
        await tx.sql`insert into projects (id, name) values (${`pr_${index}`}, ${`between-${index}`})`;
        await end(await getPid(tx));
        await tx.sql`insert into projects (id, name) values (${`pr_${index}b`}, ${`after-${index}`})`;
      }),
      away,
      'between two statements',
    );
    await t.rejects(
      store.asSystem(async (tx) => {
        const pid = await getPid(tx);
        await Promise.all([tx.sql`select pg_sleep(60)`, end(pid)]);
      }),
      away,
      'during a statement',
    );
    await t.rejects(
      store.asSystem(async (tx) => {
        await end(await getPid(tx));
      }),
      away,
      'before the commit',
    );
    t.equal((await store.asSystem((tx) => listProjects(tx, { limit: 10 }))).items.length, 2);
  }
  const pid = await store.asSystem(getPid);
  await end(pid);
  t.equal((await store.asSystem((tx) => listProjects(tx, { limit: 10 }))).items.length, 2, 'also one that was idle');
});

test('a failure that the work swallows is told all the same', async (t) => {
  const { store } = await openTestStore(t);
  await t.rejects(
    store.asSystem(async (tx) => {
      await tx.sql`insert into projects (id, name) values ('pr_1', 'lost')`;
      await tx.sql`select 1 / 0`.catch(() => undefined);
    }),
    { code: 'internal' },
  );
  t.equal((await store.asSystem((tx) => listProjects(tx, { limit: 10 }))).items.length, 2);
});

test('units of work beyond the limit wait for their turn', async (t) => {
  const { store, url, vault } = await openTestStore(t);
  const small = await openStore({ url, applicationName: 'small', vault, max: 3 });
  t.teardown(() => small.close(1));
  let most = 0;
  let now = 0;
  const pids = await Promise.all(
    Array.from({ length: 30 }, () =>
      small.asSystem(async (tx) => {
        most = Math.max(most, (now += 1));
        const pid = await getPid(tx);
        now -= 1;
        return pid;
      }),
    ),
  );
  t.ok(most <= 3);
  t.equal(new Set(pids).size, 3);
  t.ok(await store.asSystem(getPid));
});

test('closing lets running work end, and refuses new work', async (t) => {
  const { url, vault } = await openTestStore(t);
  const store = await openStore({ url, applicationName: 'test', vault });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const running = store.asSystem(async (tx) => {
    await released;
    return getPid(tx);
  });
  const closed = store.close(30);
  await t.rejects(store.asSystem(getPid), away);
  release();
  t.ok(await running);
  await closed;
});

test('closing ends work that outlasts the grace', async (t) => {
  const { url, vault } = await openTestStore(t);
  const store = await openStore({ url, applicationName: 'test', vault });
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const stuck = store.asSystem(async (tx) => {
    const sleeping = tx.sql`select pg_sleep(600)`.execute();
    start();
    await sleeping;
  });
  stuck.catch(() => undefined);
  await started;
  await store.close(0.05);
  await t.rejects(stuck, away);
});

test('a database that is not there is said to be unavailable', async (t) => {
  const nowhere = openStore({ url: 'postgres://x@127.0.0.1:1/x', applicationName: 'test', vault: createTestVault() });
  await t.rejects(nowhere, away);
});

test('7: units of work beyond what may wait are refused at once, and projects take turns', async (t) => {
  const { url, vault, projectId, otherProjectId } = await openTestStore(t);
  const bounded = await openStore({ url, applicationName: 'bounded', vault, max: 4, waiting: 4 });
  t.teardown(() => bounded.close(1));
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const order: string[] = [];
  const work = (project: string, name: string) =>
    bounded.asProject(project, async (tx) => {
      await getPid(tx);
      order.push(name);
      await released;
    });
  const greedy = Array.from({ length: 3 }, () => work(projectId, 'greedy'));
  await Promise.all([
    work(otherProjectId, 'modest'),
    waitFor('the first four', () => order.length === 4).then(() => release()),
  ]);
  await Promise.all(greedy);
  t.same(order.toSorted(), ['greedy', 'greedy', 'greedy', 'modest'], 'one connection is left for others');

  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const hold = (project: string) => bounded.asProject(project, () => held);
  const running = [hold(projectId), hold(projectId), hold(projectId), hold(otherProjectId)];
  const waiting = [hold(projectId), hold(projectId), hold(projectId)];
  const begin = performance.now();
  await t.rejects(hold(projectId), { code: 'unavailable', message: /busy/, cause: { code: 'ALL_BUSY' } });
  t.ok(performance.now() - begin < 1_000, 'at once');
  waiting.push(hold(otherProjectId));
  await t.rejects(hold(otherProjectId), { code: 'unavailable' }, 'the line is full');
  letGo();
  await Promise.all([...running, ...waiting]);
});
