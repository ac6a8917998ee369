// The consuming side of the queue: a job wakes the worker, which asks the database what there is to do.

import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { operationQueue, readJob, type OperationJob } from './operation-job.ts';
import { connectConsumer, type QueueOptions } from './redis-connection.ts';

/** What a consumer needs. */
export type ConsumerOptions = QueueOptions & {
  /** Called for each job; the next is taken when it has resolved. What it throws is reported and not tried again. */
  handle: (job: OperationJob) => Promise<void>;
  /** Whether more is wanted; jobs are left to others when not. Asked again at each `refresh`. */
  isReady: () => boolean;
  /** Connection trouble and what `handle` threw. */
  onError: (error: Error) => void;
};

/** A running consumer. */
export type OperationConsumer = {
  /** Asks whether more is wanted now. */
  refresh(): void;
  /** Takes no more jobs; resolves when the one at work has ended, so that a caller may set a limit to it. */
  stopTaking(): Promise<void>;
  /** Ends without waiting for the job at work. */
  close(): Promise<void>;
};

/** How long the client may take to close its connections. */
const patienceMs = 1_000;

/** Starts to consume. A job whose worker vanished is dropped by Redis and added again by the sweep, never run blindly. */
export function startOperationConsumer({
  redisUrl,
  prefix,
  handle,
  isReady,
  onError,
}: ConsumerOptions): OperationConsumer {
  const redis = connectConsumer(redisUrl, onError);
  let current = Promise.resolve();
  const take = (data: unknown): Promise<void> => {
    const handled = handle(readJob(data));
    current = handled.catch(() => undefined);
    return handled;
  };
  const worker = new Worker<OperationJob>(operationQueue, (job) => take(job.data), {
    connection: redis,
    prefix,
    concurrency: 1,
    maxStalledCount: 0,
    stalledInterval: 15_000,
    lockDuration: 30_000,
    // A job is done in a moment, and one that is not may be dropped. The timer of renewals is not ended when the client's own end hangs.
    skipLockRenewal: true,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  let stopping = false;
  let paused = false;
  return {
    refresh() {
      const wanted = isReady();
      // One that was told to stop would begin anew.
      if (stopping || wanted === !paused) return;
      paused = !wanted;
      // Not waiting for the job at work: it may be the one that asks.
      void Promise.resolve(wanted ? worker.resume() : worker.pause(true)).catch(onError);
    },
    async stopTaking() {
      stopping = true;
      // Not waited for: see `close`.
      void worker.close().catch(onError);
      await current;
    },
    async close() {
      stopping = true;
      // The client's own end waits for its fetch, for ever when Redis went away and came back meanwhile.
      const closed = worker.close(true).catch(onError);
      redis.disconnect();
      await Promise.race([closed, delay(patienceMs, undefined, { ref: false })]);
    },
  };
}
