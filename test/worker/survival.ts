// The worker outlives its servers: whatever goes away in whichever phase, the operation comes to its end and is done once.
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { retryDelaySeconds } from '../../services/domain/engine-errors.ts';
import { openOperationProducer } from '../../services/queue/operation-producer.ts';
import { listEvents } from '../../services/store/events.ts';
import { openStore } from '../../services/store/open-store.ts';
import { getOperation } from '../../services/store/operations.ts';
import { takeFolder } from '../../services/worker/layers/step-folder.ts';
import { startWorker } from '../../services/worker/start-worker.ts';
import { endOfError } from '../../services/worker/steps/step-end.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { openDoor } from '../helpers/door.ts';
import { startTestHub } from '../helpers/hub.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext, testRoom } from '../helpers/worker.ts';
import { openTestStore } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

/** Scaled: a lease is as long as ten of its statements may take. */
const limits = { statementSeconds: 0.5, lockSeconds: 20, idleSeconds: 2, acquireSeconds: 2 };

/** A worker whose database and Redis are behind doors, and an observer who goes round them. */
async function startBehindDoors(t: Test, { leaseSeconds = 6 }: { leaseSeconds?: number } = {}) {
  const observer = await openTestStore(t);
  const hub = await startTestHub(t);
  const database = await openDoor(t, observer.url);
  const store = await openStore({ ...observer, url: database.url, applicationName: 'behind', limits });
  t.teardown(() => store.close(0.1));
  const { context, redis } = await createWorkerContext(t, store, { leaseSeconds });
  const cache = await openDoor(t, redis.url);
  const queue = openOperationProducer({ redisUrl: cache.url, prefix: redis.prefix });
  t.teardown(() => queue.close());
  const worker = await startWorker(
    { ...context, queue },
    { redisUrl: cache.url, prefix: redis.prefix, ...testRoom, sweepSeconds: 0.1 },
  );
  t.teardown(async () => {
    hub.dropCallers();
    // A connection that nothing comes through would be waited for.
    database.cut();
    await worker.drain(0).catch(() => undefined);
    await worker.close().catch(() => undefined);
  });
  const sql = postgres(observer.adminUrl, { max: 2 });
  t.teardown(() => sql.end({ timeout: 1 }));
  const read = (id: string) => observer.store.asSystem((tx) => getOperation(tx, id));
  return {
    observer,
    hub,
    database,
    cache,
    redis,
    sql,
    read,
    add: async () => (await observer.work((tx) => addFederation(tx, hub))).id,
    awaitEnd: (id: string) =>
      waitFor('the operation to end', async () => (await read(id)).state === 'succeeded', { timeoutMs: 60_000 }),
    countEnds: async (id: string) => {
      const events = await observer.store.asSystem((tx) => listEvents(tx, { operationId: id }));
      return events.filter(({ data }) => data['to'] === 'succeeded').length;
    },
  };
}

/** Holds what a statement locks until it is let go. */
async function hold(sql: postgres.Sql, lock: (tx: postgres.Sql) => Promise<unknown>): Promise<() => Promise<void>> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: tell } = Promise.withResolvers<void>();
  const holding = sql.begin(async (tx) => {
    await lock(tx as unknown as postgres.Sql);
    tell();
    await released;
  });
  await held;
  return async () => {
    release();
    await holding;
  };
}

/** Waits until the worker waits for a lock. */
function awaitCaught(sql: postgres.Sql): Promise<boolean> {
  return waitFor('the worker to be caught', async () => {
    const rows = await sql`
      select 1 from pg_stat_activity
      where datname = current_database() and application_name = 'behind' and wait_event_type = 'Lock'
    `;
    return rows.length > 0;
  });
}

const cuts = {
  cut: (door: Awaited<ReturnType<typeof openDoor>>) => door.cut(),
  'black-holed': (door: Awaited<ReturnType<typeof openDoor>>) => {
    door.block();
    door.openAnew();
  },
};

for (const [how, cut] of Object.entries(cuts)) {
  test(`PostgreSQL's connections are ${how} while a step runs`, async (t) => {
    const { hub, database, add, awaitEnd, countEnds } = await startBehindDoors(t);
    hub.failWith = 0;
    const id = await add();
    await waitFor('the hub to be asked', () => hub.calls.length > 0);
    cut(database);
    hub.failWith = undefined;
    hub.dropCallers();
    await awaitEnd(id);
    t.equal(await countEnds(id), 1);
  });

  test(`PostgreSQL's connections are ${how} when a worker has claimed and not begun`, async (t) => {
    const { sql, database, add, awaitEnd, countEnds } = await startBehindDoors(t);
    await database.shut();
    const id = await add();
    const letGo = await hold(sql, (tx) => tx`select 1 from steps where operation_id = ${id} for update`);
    await database.reopen();
    await awaitCaught(sql);
    cut(database);
    await letGo();
    await awaitEnd(id);
    t.equal(await countEnds(id), 1);
  });

  test(`PostgreSQL's connections are ${how} while a worker writes what came of a step`, async (t) => {
    const { sql, hub, database, add, read, awaitEnd, countEnds } = await startBehindDoors(t);
    hub.failWith = 0;
    const id = await add();
    await waitFor('the hub to be asked', () => hub.calls.length > 0);
    const letGo = await hold(
      sql,
      (tx) => tx`select 1 from federations where id = (select resource_id from operations where id = ${id}) for update`,
    );
    hub.failWith = undefined;
    hub.dropCallers();
    await awaitCaught(sql);
    cut(database);
    await letGo();
    await awaitEnd(id);
    t.equal(await countEnds(id), 1);
    t.equal((await read(id)).leaseOwner, null);
  });
}

test('PostgreSQL is gone for longer than the lease while a step runs, and comes back', async (t) => {
  const { hub, database, add, read, awaitEnd, countEnds } = await startBehindDoors(t, { leaseSeconds: 2 });
  hub.failWith = 0;
  const id = await add();
  await waitFor('the hub to be asked', () => hub.calls.length > 0);
  const { fence } = await read(id);
  await database.shut();
  await waitFor('the lease to be over', async () => {
    const { leaseUntil } = await read(id);
    return leaseUntil === null || leaseUntil.getTime() < Date.now();
  });
  hub.failWith = undefined;
  hub.dropCallers();
  await database.reopen();
  await awaitEnd(id);
  t.ok((await read(id)).fence > fence);
  t.equal(await countEnds(id), 1);
});

test('Redis is gone when operations are asked for, and comes back empty', async (t) => {
  const { redis, cache, add, awaitEnd, countEnds } = await startBehindDoors(t);
  await cache.shut();
  const id = await add();
  const direct = new Redis(redis.url);
  t.teardown(() => direct.disconnect());
  const keys = await direct.keys(`${redis.prefix}*`);
  if (keys.length > 0) await direct.unlink(...keys);
  await cache.reopen();
  await awaitEnd(id);
  t.equal(await countEnds(id), 1);
});

test('Redis is flushed while an operation runs', async (t) => {
  const { redis, hub, add, awaitEnd, countEnds } = await startBehindDoors(t);
  hub.failWith = 0;
  const id = await add();
  await waitFor('the hub to be asked', () => hub.calls.length > 0);
  const direct = new Redis(redis.url);
  t.teardown(() => direct.disconnect());
  await direct.unlink(...(await direct.keys(`${redis.prefix}*`)));
  hub.failWith = undefined;
  hub.dropCallers();
  await awaitEnd(id);
  t.equal(await countEnds(id), 1);
});

test('The disk of the work directory is full', async (t) => {
  const root = await createTestDirectory(t);
  const claim = { operationId: 'op_1', fence: 1 };
  // A device that is always full stands where the file would be.
  await mkdir(join(root, 'cl_1@op_1@1'));
  await symlink('/dev/full', join(root, 'cl_1@op_1@1', 'hub.yaml'));
  const { own, remove } = await takeFolder(root, 'cl_1', claim);
  const error = await writeFile(join(own, 'hub.yaml'), 'x').catch((reason: unknown) => reason);
  const end = endOfError(error);
  t.match(end, {
    outcome: 'failed',
    error: { class: 'capacity', message: /no room left: ENOSPC/, advice: /Make room/ },
  });
  t.ok(
    retryDelaySeconds('capacity', 0, () => 0),
    'the step is tried again by itself',
  );
  await remove(false);
  t.same(await readdir(root), ['cl_1'], 'and no half file stays');
});
