// Starts a worker on the parts that it is given, and stops it in phases.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { readOperationInput } from '../domain/operation-input.ts';
import { startOperationConsumer, type ConsumerOptions } from '../queue/operation-consumer.ts';
import type { RunningLimits } from '../store/claim-next.ts';
import { eventChannel } from '../store/events.ts';
import type { ClaimedOperation } from '../store/leases.ts';
import { forgetWorker, reportWorker } from '../store/workers.ts';
import type { WorkerContext } from './context.ts';
import { startMeter } from './meter.ts';
import type { Guest, Room } from './room.ts';
import { runClaimed, type HeldOperations, type RunEnd } from './run-operation.ts';
import { runSweeps } from './sweeps/run-sweeps.ts';
import { watchFederations } from './sweeps/watch-federations.ts';
import { createTaker, type Taken } from './take-operations.ts';

/** What a worker is given beside its context. */
export type WorkerOptions = Pick<ConsumerOptions, 'redisUrl' | 'prefix'> & {
  sweepSeconds: number;
  /** Between two looks at hubs and members; none when it is 0 or not said. */
  probeSeconds?: number;
  room: Room;
  limits: RunningLimits;
  /** Called in each round of sweeps: the sign that this worker lives. */
  onRound?: (() => Promise<void>) | undefined;
};

/** A running worker; its end has two parts, since the first may take long and the second must not. */
export type RunningWorker = {
  /**
   * Takes no more jobs, gives what runs the time to end, then hands it over: each engine ends in order, and the next worker goes
   * on. Resolves when nothing runs any more; throws when something was left that this worker could not hand over.
   */
  drain(graceSeconds: number): Promise<void>;
  /** Whether it takes operations: not any more once it drains. */
  isTaking(): boolean;
  /** Closes its connections; may hang when the servers are away. */
  close(): Promise<void>;
};

/** One operation at work. */
type Run = {
  operationId: string;
  /** What this run holds: a late run of an operation and a newer one of this same worker know nothing of each other. */
  held: HeldOperations;
  done: Promise<RunEnd>;
};

/** Starts to take operations and to sweep. */
export async function startWorker(context: WorkerContext, options: WorkerOptions): Promise<RunningWorker> {
  const { store, logger } = context;
  const runs = new Set<Run>();
  const ending = new AbortController();
  const { room } = options;
  const { metrics } = context;
  const meter = startMeter({ isIdle: () => runs.size === 0, onLook: (megabytes) => metrics.observeMemory(megabytes) });
  const onError = (error: Error): void => logger.error({ err: error }, 'the queue reports');
  const taker = createTaker(context, { room, limits: options.limits, ending: ending.signal, begin });
  const consumer = startOperationConsumer({
    ...options,
    handle: () => taker.wake(),
    isReady: () => !room.isFull(),
    onError,
  });

  function begin(taken: Taken): void {
    const { operation } = taken;
    const held: HeldOperations = new Map();
    const guest = toGuest(operation);
    const place = room.enter(guest);
    const done = runClaimed(context, held, taken);
    const run = { operationId: operation.id, held, done };
    runs.add(run);
    // Taken at the last moment, when this worker was told to stop.
    if (ending.signal.aborted) held.get(operation.id)?.handOver();
    const end = async (): Promise<void> => {
      await done.catch((error: unknown) => logger.error({ err: error, operation: operation.id }, 'left to its lease'));
      runs.delete(run);
      const peakMb = meter.takePeak(operation.id);
      place.leave(peakMb);
      if (guest.provider !== null && peakMb !== undefined) metrics.observeStepMemory(guest.provider, peakMb);
      consumer.refresh();
      if (!ending.signal.aborted) await taker.wake();
    };
    void end();
    consumer.refresh();
  }

  // News of an operation that this worker holds may be a cancel: ask now instead of at the next heartbeat.
  const unlisten = await store.listen(eventChannel, (operationId) => {
    for (const { held } of runs) held.get(operationId)?.beat();
  });
  const sweeps = runSweeps(context, {
    everySeconds: options.sweepSeconds,
    signal: ending.signal,
    more: [() => taker.wake(), () => tellOfItself(context, room), async () => options.onRound?.()],
  });
  const { probeSeconds: everySeconds = 0 } = options;
  const watching = everySeconds === 0 ? undefined : watchFederations(context, { everySeconds, signal: ending.signal });
  let stopped: Promise<void> | undefined;
  return {
    isTaking: () => !ending.signal.aborted,
    async drain(graceSeconds) {
      ending.abort();
      // Waited for when it closes: Redis has to be told of every job that ends, and may be away.
      stopped = consumer.stopTaking();
      stopped.catch(onError);
      const timer = setTimeout(() => {
        for (const { held } of runs) for (const operation of held.values()) operation.handOver();
      }, graceSeconds * 1000);
      // What is being claimed just now is begun, and handed over at once.
      await Promise.race([taker.settled(), pause(patienceMs)]);
      await awaitRuns(runs).finally(() => clearTimeout(timer));
    },
    async close() {
      meter.stop();
      // A database that is away forgets it by itself, after a day.
      const forgotten = store.asSystem((tx) => forgetWorker(tx, context.owner)).catch(() => undefined);
      await Promise.all([sweeps, watching, unlisten(), stopped, consumer.close(), forgotten]);
    },
  };
}

function toGuest(operation: ClaimedOperation): Guest {
  if (operation.resourceKind !== 'cluster') return { provider: null, simulated: null };
  const { spec, simulated } = readOperationInput(operation, 'cluster');
  return { provider: spec.provider, simulated };
}

function tellOfItself({ store, owner }: WorkerContext, room: Room): Promise<void> {
  return store.asSystem((tx) => reportWorker(tx, { owner, ...room.describe() }));
}

/** Time to end a claim that is under way, and the processes of an operation whose lease was lost. */
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
    if (end !== 'let-go') left.push(operationId);
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
