// The consuming side of the queue: hands operations to the worker, a bounded number at a time.

import { Worker } from 'bullmq';
import { operationQueue, readJob, type OperationJob } from './operation-job.ts';
import { connectConsumer, type QueueOptions } from './redis-connection.ts';

/** What a consumer needs. */
export type ConsumerOptions = QueueOptions & {
  /** Operations at the same time in this process. */
  concurrency: number;
  /** Does the work; what it throws is reported and not tried again. */
  handle: (job: OperationJob) => Promise<void>;
  /** Connection trouble and what `handle` threw. */
  onError: (error: Error) => void;
};

/** A running consumer. */
export type OperationConsumer = {
  /** Takes no more jobs; resolves when those at work have ended, so that a caller may set a limit to it. */
  stopTaking(): Promise<void>;
  /** Ends without waiting for jobs at work. */
  close(): Promise<void>;
};

/** Starts to consume. A job whose worker vanished is dropped by Redis and added again by the sweep, never run blindly. */
export function startOperationConsumer({
  redisUrl,
  prefix,
  concurrency,
  handle,
  onError,
}: ConsumerOptions): OperationConsumer {
  const redis = connectConsumer(redisUrl, onError);
  const worker = new Worker<OperationJob>(operationQueue, (job) => handle(readJob(job.data)), {
    connection: redis,
    prefix,
    concurrency,
    maxStalledCount: 0,
    stalledInterval: 15_000,
    lockDuration: 30_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return {
    stopTaking: () => worker.close(),
    async close() {
      await worker.close(true);
      redis.disconnect();
    },
  };
}
