// Starts a worker on the parts that it is given, and stops it in phases.

import { startOperationConsumer, type ConsumerOptions } from '../queue/operation-consumer.ts';
import { eventChannel } from '../store/events.ts';
import type { WorkerContext } from './context.ts';
import { runOperation, type HeldOperations } from './run-operation.ts';
import { runSweeps } from './sweeps/run-sweeps.ts';

/** What a worker is given beside its context. */
export type WorkerOptions = Pick<ConsumerOptions, 'redisUrl' | 'prefix' | 'concurrency'> & { sweepSeconds: number };

/** A running worker. */
export type RunningWorker = {
  /**
   * Takes no more jobs, gives what runs the time to end, then hands it over: each engine ends in order, and the next worker goes
   * on. Resolves when nothing runs any more.
   */
  stop(graceSeconds: number): Promise<void>;
};

/** Starts to take jobs and to sweep. */
export async function startWorker(context: WorkerContext, options: WorkerOptions): Promise<RunningWorker> {
  const held: HeldOperations = new Map();
  const sweeping = new AbortController();
  const onError = (error: Error): void => context.logger.error({ err: error }, 'the queue reports');
  const consumer = startOperationConsumer({
    ...options,
    handle: ({ operationId }) => runOperation(context, held, operationId),
    onError,
  });
  // News of an operation that this worker holds may be a cancel: ask now instead of at the next heartbeat.
  const unlisten = await context.store.listen(eventChannel, (operationId) => held.get(operationId)?.beat());
  const sweeps = runSweeps(context, { everySeconds: options.sweepSeconds, signal: sweeping.signal });
  return {
    async stop(graceSeconds) {
      sweeping.abort();
      const drained = consumer.stopTaking();
      const timer = setTimeout(() => {
        for (const operation of held.values()) operation.handOver();
      }, graceSeconds * 1000);
      await drained;
      clearTimeout(timer);
      await Promise.all([sweeps, unlisten(), consumer.close()]);
    },
  };
}
