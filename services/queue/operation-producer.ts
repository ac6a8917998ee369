// The producing side of the queue: signals that an operation has something to do.

import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Signal } from '../domain/consequences.ts';
import { FleetyardError } from '../domain/errors.ts';
import { jobOptions, operationQueue, toJob, type OperationJob } from './operation-job.ts';
import { connectProducer, type QueueOptions } from './redis-connection.ts';

/** Adds jobs. */
export type OperationProducer = {
  /**
   * Adds a job for each signal; one that is there already stays. Throws `unavailable` soon when Redis is away: the sweep adds
   * them later.
   */
  enqueue(signals: Signal | readonly Signal[]): Promise<void>;
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
  let queue: Queue<OperationJob> | undefined;
  // BullMQ asks the server for its version when a queue is made, and a queue whose question failed never works again.
  const getQueue = async (): Promise<Queue<OperationJob>> => {
    await waitReady(redis);
    const opened = (queue ??= new Queue<OperationJob>(operationQueue, { connection: redis, prefix }).on(
      'error',
      onError,
    ));
    try {
      await opened.waitUntilReady();
    } catch (error) {
      if (queue === opened) queue = undefined;
      throw error;
    }
    return opened;
  };
  const ask = async <T>(work: (queue: Queue<OperationJob>) => Promise<T>): Promise<T> => {
    try {
      return await work(await getQueue());
    } catch (cause) {
      throw new FleetyardError('unavailable', 'The queue does not answer.', { cause });
    }
  };
  return {
    async enqueue(signals) {
      const jobs = [signals]
        .flat()
        .map((signal) => ({ name: operationQueue, data: toJob(signal), opts: jobOptions(signal) }));
      if (jobs.length > 0) await ask((open) => open.addBulk(jobs));
    },
    async countJobs() {
      const {
        waiting = 0,
        active = 0,
        delayed = 0,
      } = await ask((open) => open.getJobCounts('waiting', 'active', 'delayed'));
      return { waiting, active, delayed };
    },
    async ping() {
      await ask(() => redis.ping());
    },
    async close() {
      await queue?.close();
      redis.disconnect();
    },
  };
}

const connectionMs = 3_000;

/** Resolves at once on a standing connection, and soon on one that is being made; rejects when there is none. */
async function waitReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  const connecting = redis.status === 'connecting' || redis.status === 'connect' || redis.status === 'wait';
  if (!connecting) throw new Error(`the connection to Redis is ${redis.status}`);
  const signal = AbortSignal.timeout(connectionMs);
  const ended = new AbortController();
  await Promise.race([
    once(redis, 'ready', { signal: AbortSignal.any([signal, ended.signal]) }),
    once(redis, 'close', { signal: AbortSignal.any([signal, ended.signal]) }).then(() => {
      throw new Error('the connection to Redis was closed');
    }),
  ]).finally(() => ended.abort());
}
