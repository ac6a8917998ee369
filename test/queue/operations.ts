import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { test, type Test } from 'tap';
import { startOperationConsumer, type ConsumerOptions } from '../../services/queue/operation-consumer.ts';
import { jobOptions, readJob, toJob } from '../../services/queue/operation-job.ts';
import { openOperationProducer } from '../../services/queue/operation-producer.ts';
import { checkRedis } from '../../services/queue/redis-connection.ts';
import { removeRedisData, startRedis } from '../../toolchain/redis.mjs';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestRedis } from '../helpers/redis.ts';
import { waitFor } from '../helpers/wait.ts';

function open(t: Test) {
  const { url: redisUrl, prefix } = createTestRedis(t);
  const producer = openOperationProducer({ redisUrl, prefix });
  t.teardown(() => producer.close());
  const consume = (options: Pick<ConsumerOptions, 'handle'> & Partial<ConsumerOptions>) => {
    const consumer = startOperationConsumer({
      redisUrl,
      prefix,
      isReady: () => true,
      onError: () => undefined,
      ...options,
    });
    t.teardown(() => consumer.close());
    return consumer;
  };
  return { producer, consume, redisUrl, prefix };
}

const isEmpty = ({ waiting, active, delayed }: Record<string, number>) =>
  waiting === 0 && active === 0 && delayed === 0;

test('a signal reaches a worker, and nothing of it stays behind', async (t) => {
  const { producer, consume, redisUrl, prefix } = open(t);
  const seen: unknown[] = [];
  consume({ handle: async (job) => void seen.push(job) });
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await waitFor('the job', () => seen.length === 1);
  t.same(seen, [{ v: 1, operationId: 'op_1', attempt: 1 }]);
  await waitFor('an empty queue', async () => isEmpty(await producer.countJobs()));
  const redis = new Redis(redisUrl);
  t.same(await redis.keys(`${prefix}*op_1*`), []);
  redis.disconnect();
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await waitFor('the same id again', () => seen.length === 2);
});

test('adding what is there already does nothing, and an empty list is fine', async (t) => {
  const { producer } = open(t);
  await producer.enqueue([
    { operationId: 'op_1', attempt: 1 },
    { operationId: 'op_2', attempt: 1 },
  ]);
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await producer.enqueue([]);
  t.match(await producer.countJobs(), { waiting: 2 });
  await producer.enqueue({ operationId: 'op_1', attempt: 2 });
  t.match(await producer.countJobs(), { waiting: 3 });
});

test('a delayed signal comes late', async (t) => {
  const { producer, consume } = open(t);
  let heard = 0;
  consume({ handle: async () => void (heard = performance.now()) });
  const sent = performance.now();
  await producer.enqueue({ operationId: 'op_1', attempt: 1, delaySeconds: 0.3 });
  await waitFor('the job', () => heard > 0);
  t.ok(heard - sent >= 300);
});

test('what a handler throws is told and not tried again', async (t) => {
  const { producer, consume } = open(t);
  const errors: Error[] = [];
  let tries = 0;
  consume({
    onError: (error) => errors.push(error),
    handle: async () => {
      tries += 1;
      throw new Error('it broke');
    },
  });
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await waitFor('the error', () => errors.length > 0);
  t.match(errors, [{ message: 'it broke' }]);
  await waitFor('an empty queue', async () => isEmpty(await producer.countJobs()));
  t.equal(tries, 1);
});

test('a consumer that stops waits for what it is doing and takes nothing more', async (t) => {
  const { producer, consume } = open(t);
  const started: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const consumer = consume({
    handle: async ({ operationId }) => {
      started.push(operationId);
      await released;
    },
  });
  await producer.enqueue([
    { operationId: 'op_1', attempt: 1 },
    { operationId: 'op_2', attempt: 1 },
  ]);
  await waitFor('the first job', () => started.length === 1);
  const stopped = consumer.stopTaking();
  t.equal(await Promise.race([stopped.then(() => 'stopped'), delay(50, 'waiting')]), 'waiting');
  release();
  await stopped;
  t.same(started, ['op_1']);
  t.match(await producer.countJobs(), { waiting: 1 });
});

test('a consumer that wants no more leaves jobs to others until it does', async (t) => {
  const { producer, consume } = open(t);
  const heard: string[] = [];
  let full = false;
  const busy = consume({
    isReady: () => !full,
    handle: async ({ operationId }) => {
      heard.push(`busy ${operationId}`);
      full = true;
      busy.refresh();
    },
  });
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await waitFor('the first job', () => heard.length === 1);
  await waitFor('its end', async () => isEmpty(await producer.countJobs()));
  await producer.enqueue({ operationId: 'op_2', attempt: 1 });
  const idle = consume({ handle: async ({ operationId }) => void heard.push(`idle ${operationId}`) });
  await waitFor('the second job', () => heard.length === 2);
  t.same(heard, ['busy op_1', 'idle op_2']);
  await idle.close();
  full = false;
  busy.refresh();
  await producer.enqueue({ operationId: 'op_3', attempt: 1 });
  await waitFor('the third job', () => heard.length === 3);
  t.equal(heard[2], 'busy op_3');
});

test('a consumer that was told to stop does not begin anew when there is room again', async (t) => {
  const { producer, consume } = open(t);
  const heard: string[] = [];
  let full = true;
  const stopped = consume({ isReady: () => !full, handle: async () => void heard.push('stopped') });
  stopped.refresh();
  await stopped.stopTaking();
  full = false;
  stopped.refresh();
  await producer.enqueue({ operationId: 'op_1', attempt: 1 });
  await stopped.close();
  consume({ handle: async () => void heard.push('other') });
  await waitFor('the job', () => heard.length === 1);
  t.same(heard, ['other']);
});

test('a producer fails soon when Redis is away', async (t) => {
  const producer = openOperationProducer({ redisUrl: 'redis://127.0.0.1:1', prefix: 'none' });
  t.teardown(() => producer.close());
  const before = performance.now();
  await t.rejects(producer.enqueue({ operationId: 'op_1', attempt: 1 }), { code: 'unavailable', retryable: true });
  await t.rejects(producer.ping(), { code: 'unavailable' });
  await t.rejects(producer.countJobs(), { code: 'unavailable' });
  t.ok(performance.now() - before < 5_000);
  await t.rejects(checkRedis('redis://127.0.0.1:1'), { code: 'unavailable' });
});

test('a Redis that evicts keys is refused', async (t) => {
  const dataDir = await createTestDirectory(t);
  const server = await startRedis({ dataDir, appendonly: false });
  t.teardown(async () => {
    await server.stop();
    await removeRedisData({ dataDir });
  });
  await checkRedis(server.url);
  const redis = new Redis(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  redis.disconnect();
  await t.rejects(checkRedis(server.url), { message: /maxmemory-policy is allkeys-lru/ });
});

test('a job says its version, and an unknown one is refused', async (t) => {
  t.same(readJob(toJob({ operationId: 'op_1', attempt: 2 })), { v: 1, operationId: 'op_1', attempt: 2 });
  t.throws(() => readJob({ v: 2, operationId: 'op_1', attempt: 2 }), /unknown shape/);
  t.throws(() => readJob(null), /unknown shape/);
  t.match(jobOptions({ operationId: 'op_1', attempt: 2 }), {
    jobId: 'op_1.2',
    attempts: 1,
    removeOnFail: true,
    delay: 0,
  });
});
