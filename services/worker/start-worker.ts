// Starts a worker on the parts that it is given, and stops it in phases.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startOperationConsumer, type ConsumerOptions } from '../queue/operation-consumer.ts';
import { eventChannel } from '../store/events.ts';
import type { WorkerContext } from './context.ts';
import { runOperation, type HeldOperations, type RunEnd } from './run-operation.ts';
import { runSweeps } from './sweeps/run-sweeps.ts';

/** What a worker is given beside its context. */
export type WorkerOptions = Pick<ConsumerOptions, 'redisUrl' | 'prefix' | 'concurrency'> & {
  sweepSeconds: number;
  /** Called after each round of sweeps: the sign that this worker lives. */
  onRound?: (() => Promise<void>) | undefined;
};

/** A running worker; its end has two parts, since the first may take long and the second must not. */
export type RunningWorker = {
  /**
   * Takes no more jobs, gives what runs the time to end, then hands it over: each engine ends in order, and the next worker goes
   * on. Resolves when nothing runs any more; throws when something was left that this worker could not hand over.
   */
  drain(graceSeconds: number): Promise<void>;
  /** Closes its connections; may hang when the servers are away. */
  close(): Promise<void>;
};

/** One job at work. */
type Run = {
  operationId: string;
  /** What this run holds: a late run of an operation and a newer one of this same worker know nothing of each other. */
  held: HeldOperations;
  done: Promise<RunEnd>;
};

/** Starts to take jobs and to sweep. */
export async function startWorker(context: WorkerContext, options: WorkerOptions): Promise<RunningWorker> {
  const runs = new Set<Run>();
  const ending = new AbortController();
  const onError = (error: Error): void => context.logger.error({ err: error }, 'the queue reports');
  const consumer = startOperationConsumer({
    ...options,
    async handle({ operationId }) {
      // Taken at the last moment: it is dropped here, and the sweep of another worker signals it again.
      if (ending.signal.aborted) return;
      const held: HeldOperations = new Map();
      const run = { operationId, held, done: runOperation(context, held, operationId) };
      runs.add(run);
      await run.done.finally(() => runs.delete(run));
    },
    onError,
  });
  // News of an operation that this worker holds may be a cancel: ask now instead of at the next heartbeat.
  const unlisten = await context.store.listen(eventChannel, (operationId) => {
    for (const { held } of runs) held.get(operationId)?.beat();
  });
  const { sweepSeconds: everySeconds, onRound } = options;
  const sweeps = runSweeps(context, { everySeconds, onRound, signal: ending.signal });
  let stopped: Promise<void> | undefined;
  return {
    async drain(graceSeconds) {
      ending.abort();
      // Waited for when it closes: Redis has to be told of every job that ends, and may be away.
      stopped = consumer.stopTaking();
      stopped.catch(onError);
      const timer = setTimeout(() => {
        for (const { held } of runs) for (const operation of held.values()) operation.handOver();
      }, graceSeconds * 1000);
      await awaitRuns(runs).finally(() => clearTimeout(timer));
    },
    async close() {
      await Promise.all([sweeps, unlisten(), stopped, consumer.close()]);
    },
  };
}

/** Time to claim an operation, and to end the processes of one whose lease was lost. */
const patienceMs = 3_000;

/**
 * Waits for each run until it ends. One that has no lease, or lost it, can write nothing any more and is not waited for long. Throws in
 * the end when a run did not let go of its operation.
 */
async function awaitRuns(runs: Set<Run>): Promise<void> {
  const left: string[] = [];
  for (let [run] = runs; run !== undefined; [run] = runs) {
    const { operationId, held, done } = run;
    const lease = held.get(operationId);
    const patience = lease === undefined ? pause(patienceMs) : awaitAbort(lease.lost).then(() => pause(patienceMs));
    const end = await Promise.race([done.catch(() => 'failed' as const), patience]);
    const late = lease === undefined && end === undefined ? held.get(operationId) : undefined;
    if (late !== undefined) {
      // Claimed while this worker ends: it is handed over at once, and waited for like the others.
      late.handOver();
      continue;
    }
    if (end !== 'let-go' && end !== 'unclaimed') left.push(operationId);
    runs.delete(run);
  }
  if (left.length > 0) throw new Error(`operations are left to their leases: ${left.join(', ')}`);
}

function pause(milliseconds: number): Promise<void> {
  return delay(milliseconds, undefined, { ref: false });
}

async function awaitAbort(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
