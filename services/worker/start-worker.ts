// Starts a worker on the parts that it is given, and stops it in phases.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startOperationConsumer, type ConsumerOptions } from '../queue/operation-consumer.ts';
import { eventChannel } from '../store/events.ts';
import type { WorkerContext } from './context.ts';
import { runOperation, type HeldOperations } from './run-operation.ts';
import { runSweeps } from './sweeps/run-sweeps.ts';

/** What a worker is given beside its context. */
export type WorkerOptions = Pick<ConsumerOptions, 'redisUrl' | 'prefix' | 'concurrency'> & { sweepSeconds: number };

/** A running worker; its end has two parts, since the first may take long and the second must not. */
export type RunningWorker = {
  /**
   * Takes no more jobs, gives what runs the time to end, then hands it over: each engine ends in order, and the next worker goes
   * on. Resolves when nothing runs any more, or nothing that this worker may still write.
   */
  drain(graceSeconds: number): Promise<void>;
  /** Closes its connections; may hang when the servers are away. */
  close(): Promise<void>;
};

/** One job at work. */
type Run = { operationId: string; done: Promise<void> };

/** Starts to take jobs and to sweep. */
export async function startWorker(context: WorkerContext, options: WorkerOptions): Promise<RunningWorker> {
  const held: HeldOperations = new Map();
  const runs = new Set<Run>();
  const ending = new AbortController();
  const onError = (error: Error): void => context.logger.error({ err: error }, 'the queue reports');
  const consumer = startOperationConsumer({
    ...options,
    async handle({ operationId }) {
      // Taken at the last moment: it is dropped here, and the sweep of another worker signals it again.
      if (ending.signal.aborted) return;
      const run = { operationId, done: runOperation(context, held, operationId) };
      runs.add(run);
      await run.done.finally(() => runs.delete(run));
    },
    onError,
  });
  // News of an operation that this worker holds may be a cancel: ask now instead of at the next heartbeat.
  const unlisten = await context.store.listen(eventChannel, (operationId) => held.get(operationId)?.beat());
  const sweeps = runSweeps(context, { everySeconds: options.sweepSeconds, signal: ending.signal });
  let stopped: Promise<void> | undefined;
  return {
    async drain(graceSeconds) {
      ending.abort();
      // Waited for when it closes: Redis has to be told of every job that ends, and may be away.
      stopped = consumer.stopTaking();
      stopped.catch(onError);
      const timer = setTimeout(() => {
        for (const operation of held.values()) operation.handOver();
      }, graceSeconds * 1000);
      await awaitRuns(runs, held);
      clearTimeout(timer);
    },
    async close() {
      await Promise.all([sweeps, unlisten(), stopped, consumer.close()]);
    },
  };
}

/** Time to claim an operation, and to end the processes of one whose lease was lost. */
const patienceMs = 3_000;

/** Waits for each run until it ends. One that has no lease, or lost it, can write nothing any more and is not waited for long. */
async function awaitRuns(runs: Set<Run>, held: HeldOperations): Promise<void> {
  for (let [run] = runs; run !== undefined; [run] = runs) {
    const { operationId, done } = run;
    const ended = done.catch(() => undefined);
    const lease = held.get(operationId);
    if (lease === undefined) await Promise.race([ended, pause(patienceMs)]);
    else await Promise.race([ended, awaitAbort(lease.lost).then(() => pause(patienceMs))]);
    // Claimed meanwhile: it is waited for like the others.
    if (lease === undefined && held.has(operationId)) continue;
    runs.delete(run);
  }
}

function pause(milliseconds: number): Promise<void> {
  return delay(milliseconds, undefined, { ref: false });
}

async function awaitAbort(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
