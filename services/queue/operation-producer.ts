// The producing side of the queue: signals that an operation has something to do.

import { Queue } from 'bullmq';
import { FleetyardError } from '../domain/errors.ts';
import { jobOptions, operationQueue, toJob, type OperationJob, type OperationSignal } from './operation-job.ts';
import { connectProducer, type QueueOptions } from './redis-connection.ts';

/** Adds jobs. */
export type OperationProducer = {
  /**
   * Adds a job for each signal; one that is there already stays. Throws `unavailable` soon when Redis is away: the sweep adds
   * them later.
   */
  enqueue(signals: OperationSignal | readonly OperationSignal[]): Promise<void>;
  /** Jobs by what they are doing. */
  countJobs(): Promise<{ waiting: number; active: number; delayed: number }>;
  /** Throws `unavailable` when Redis does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

/** Opens the producing side. */
export function openOperationProducer({
  redisUrl,
  prefix,
  onError = () => undefined,
}: QueueOptions & { onError?: (error: Error) => void }): OperationProducer {
  const redis = connectProducer(redisUrl, onError);
  const queue = new Queue<OperationJob>(operationQueue, { connection: redis, prefix, skipWaitingForReady: true });
  queue.on('error', onError);
  const ready = waitReady(redis);
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await ready;
      return await work();
    } catch (cause) {
      throw new FleetyardError('unavailable', 'The queue does not answer.', { cause });
    }
  };
  return {
    async enqueue(signals) {
      const jobs = [signals]
        .flat()
        .map((signal) => ({ name: operationQueue, data: toJob(signal), opts: jobOptions(signal) }));
      if (jobs.length > 0) await ask(() => queue.addBulk(jobs));
    },
    async countJobs() {
      const {
        waiting = 0,
        active = 0,
        delayed = 0,
      } = await ask(() => queue.getJobCounts('waiting', 'active', 'delayed'));
      return { waiting, active, delayed };
    },
    async ping() {
      await ask(() => redis.ping());
    },
    async close() {
      await queue.close();
      redis.disconnect();
    },
  };
}

const firstConnectionMs = 3_000;

/** Resolves once the first connection stands, and soon in any case: without an offline queue a command before it would fail. */
function waitReady(redis: ReturnType<typeof connectProducer>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, firstConnectionMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    redis.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
