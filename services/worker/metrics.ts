// What a worker measures about itself, in the format of Prometheus.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Room } from './room.ts';

/** An engine step that came to an end. */
export type MeasuredStep = { provider: string; layer: string; action: string; outcome: string; seconds: number };

/** What happened to an operation, beside its steps. */
export type WorkerEvent = 'claimed' | 'lease-lost' | 'recovered' | 'died' | 'handed-over' | 'needs-attention';

/** What the parts of a worker tell as it happens. */
export type WorkerMetrics = {
  observeStep(step: MeasuredStep): void;
  count(event: WorkerEvent): void;
  /** An automatic retry, by the class of the failure. */
  countRetry(errorClass: string): void;
  /** Seconds from when an operation could have begun until it did. */
  observeWait(seconds: number): void;
  /** Megabytes that all steps of this host took at the last look. */
  observeMemory(megabytes: number): void;
  /** The most that the steps of one operation were seen to take, in megabytes. */
  observeStepMemory(provider: string, megabytes: number): void;
  /** Everything, as text. */
  render(): Promise<{ contentType: string; body: string }>;
};

/** Numbers that are read when they are asked for. */
export type MeasuredState = {
  describeRoom(): ReturnType<Room['describe']>;
  /** Operations that a worker could claim now, and how long the oldest of them has waited, in seconds. */
  countWaiting(): Promise<{ operations: number; oldestSeconds: number }>;
};

/** Steps take from seconds in simulation to an hour on a slow cloud. */
const stepBuckets = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600];
/** Megabytes. */
const memoryBuckets = [64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096];
const waitBuckets = [0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900, 3600];

/** Makes a registry of its own; nothing is global, so that tests may build many. */
export function createWorkerMetrics(
  state: MeasuredState,
  log: Pick<Logger, 'warn'>,
  { defaults }: { defaults: boolean },
): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (defaults) collectDefaultMetrics({ register: registry, prefix: 'fleetyard_worker_' });
  const steps = new Histogram({
    name: 'fleetyard_step_duration_seconds',
    help: 'Duration of engine steps, by provider, layer, action and outcome.',
    labelNames: ['provider', 'layer', 'action', 'outcome'],
    buckets: stepBuckets,
    registers,
  });
  const waits = new Histogram({
    name: 'fleetyard_operation_wait_seconds',
    help: 'Time from when an operation could begin until a worker began it.',
    buckets: waitBuckets,
    registers,
  });
  const events = new Counter({
    name: 'fleetyard_worker_operations_total',
    help: 'What happened to operations of this worker.',
    labelNames: ['event'],
    registers,
  });
  const retries = new Counter({
    name: 'fleetyard_operation_retries_total',
    help: 'Automatic retries, by class of failure.',
    labelNames: ['class'],
    registers,
  });
  const memory = addMemory(registers);
  addRoom(state, registers);
  addWaiting(state, registers, log);
  return {
    observeStep: ({ seconds, ...labels }) => steps.observe(labels, seconds),
    count: (event) => events.inc({ event }),
    countRetry: (errorClass) => retries.inc({ class: errorClass }),
    observeWait: (seconds) => waits.observe(seconds),
    ...memory,
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function addMemory(registers: Registry[]): Pick<WorkerMetrics, 'observeMemory' | 'observeStepMemory'> {
  const measured = new Gauge({
    name: 'fleetyard_worker_memory_measured_bytes',
    help: 'Memory that the steps of this host took at the last look: runners, CLIs and plugins.',
    registers,
  });
  const peaks = new Histogram({
    name: 'fleetyard_step_memory_bytes',
    help: 'The most that the steps of one operation were seen to take, by provider.',
    labelNames: ['provider'],
    buckets: memoryBuckets.map(toBytes),
    registers,
  });
  return {
    observeMemory: (megabytes) => measured.set(toBytes(megabytes)),
    observeStepMemory: (provider, megabytes) => peaks.observe({ provider }, toBytes(megabytes)),
  };
}

function toBytes(megabytes: number): number {
  return Math.round(megabytes * 2 ** 20);
}

function addRoom({ describeRoom }: MeasuredState, registers: Registry[]): void {
  const numbers = {
    slots: ['fleetyard_worker_slots', 'Operations that this worker may run at once.'],
    running: ['fleetyard_worker_running', 'Operations that this worker runs.'],
    memoryMb: ['fleetyard_worker_memory_bytes', 'Memory that steps of this worker may take.'],
    reservedMb: ['fleetyard_worker_memory_reserved_bytes', 'Memory that is set aside for the steps that run.'],
  } as const;
  for (const [key, [name, help]] of Object.entries(numbers) as [keyof typeof numbers, [string, string]][]) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const number = describeRoom()[key];
        this.set(key.endsWith('Mb') ? toBytes(number) : number);
      },
    });
  }
}

type Waiting = Awaited<ReturnType<MeasuredState['countWaiting']>>;

/** A database that is away costs these numbers only. */
function addWaiting({ countWaiting }: MeasuredState, registers: Registry[], log: Pick<Logger, 'warn'>): void {
  let asked: Promise<Waiting | undefined> | undefined;
  // Both numbers of one look are of one question.
  const ask = (): Promise<Waiting | undefined> =>
    (asked ??= countWaiting()
      .catch((error: unknown) => void log.warn({ err: error }, 'what waits could not be counted'))
      .finally(() => {
        asked = undefined;
      }) as Promise<Waiting | undefined>);
  const addGauge = (name: string, help: string, read: (waiting: Waiting) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['scope'],
      registers,
      async collect() {
        this.reset();
        const waiting = await ask();
        if (waiting !== undefined) this.set({ scope: 'installation' }, read(waiting));
      },
    });
  };
  addGauge(
    'fleetyard_operations_waiting',
    'Operations of the whole installation that a worker could begin now.',
    ({ operations }) => operations,
  );
  addGauge(
    'fleetyard_operations_waiting_oldest_seconds',
    'How long the oldest of them has waited.',
    ({ oldestSeconds }) => oldestSeconds,
  );
}
