// A worker's context over a test's own database and Redis prefix.
import { join } from 'node:path';
import type { Test } from 'tap';
import pino from 'pino';
import { openOperationProducer } from '../../services/queue/operation-producer.ts';
import type { Store } from '../../services/store/open-store.ts';
import { createWorkerMetrics, type WorkerMetrics } from '../../services/worker/metrics.ts';
import type { WorkerContext } from '../../services/worker/context.ts';
import { openRoom } from '../../services/worker/room.ts';
import { createTestDirectory } from './directory.ts';
import { loopbackGuard } from './hub.ts';
import { createTestRedis, type TestRedis } from './redis.ts';

const emptyState = {
  describeRoom: () => ({ slots: 2, running: 0, memoryMb: 1, reservedMb: 0 }),
  countWaiting: async () => ({ operations: 0, oldestSeconds: 0 }),
};

/** Measurements that nobody reads. */
export function createTestMetrics(): WorkerMetrics {
  return createWorkerMetrics(emptyState, pino({ level: 'silent' }), { defaults: false });
}

/** Room for two operations of whatever size. */
export const testRoom = {
  get room() {
    return openRoom({ slots: 2, memoryMb: 10_000, stepMb: { real: 1000, simulated: 1000 } });
  },
  limits: { perProject: 100, perCredential: 100 },
};

/** A context with short limits and no delays; parts of it may be replaced. */
export async function createWorkerContext(
  t: Test,
  store: Store,
  change: Partial<WorkerContext> = {},
): Promise<{ context: WorkerContext; redis: TestRedis }> {
  const redis = createTestRedis(t);
  const queue = openOperationProducer({ redisUrl: redis.url, prefix: redis.prefix });
  t.teardown(() => queue.close());
  const directory = await createTestDirectory(t);
  const context: WorkerContext = {
    store,
    queue,
    logger: pino({ level: process.env['FLEETYARD_TEST_LOG'] ?? 'silent' }),
    owner: `test-${process.pid}`,
    leaseSeconds: 30,
    engine: {
      binary: '/nonexistent/pulumi',
      homes: { real: join(directory, 'real'), simulated: join(directory, 'simulated') },
      openState: async () => ({ backendUrl: 'postgres://nobody@127.0.0.1:1/none', close: async () => undefined }),
      sweepStates: async () => [],
      workDir: join(directory, 'work'),
      simulatorUrl: undefined,
      environment: process.env,
      cancelGrace: 10_000,
      settlePause: 10,
    },
    metrics: createTestMetrics(),
    outgoing: loopbackGuard,
    memberPatience: { everySeconds: 0.05, forSeconds: 5 },
    drainPatience: { everySeconds: 0.05, forSeconds: 5 },
    random: () => 0,
    retryScale: 0,
    deadlineScale: 1,
    now: () => new Date(),
    retention: {
      operations: { days: 90, kept: 20 },
      snapshots: { days: 30, kept: 5 },
      history: { days: 30, kept: 20 },
    },
    ...change,
  };
  return { context, redis };
}
