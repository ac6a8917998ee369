// What the worker's parts are given by main.ts; nothing here is read from the environment or made at import.

import type { Logger } from 'pino';
import type { KnownState } from '../engine/known-state.ts';
import type { RunnerUsers } from '../engine/runner-users.ts';
import type { OperationProducer } from '../queue/operation-producer.ts';
import type { OutgoingGuard } from '../outgoing/outgoing-guard.ts';
import type { Store } from '../store/open-store.ts';
import type { Keeping } from '../store/retention.ts';
import type { StateHolder } from '../store/state-access.ts';
import type { Tracing } from '../tracing/open-tracing.ts';
import type { StackKeys } from '../vault/stack-keys.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { Patience } from './steps/reach-clusters.ts';

/** The way to the state as the CLI takes it, until it is closed. */
export type OpenState = {
  backendUrl: string;
  /** The state as it stands; the runner asks the CLI when it is left out. */
  known?: KnownState | undefined;
  close(): Promise<void>;
};

/** Where the engine finds its programs and keeps its files. */
export type EngineSettings = {
  /** The Pulumi CLI. */
  binary: string;
  /** Plugin homes; which one a stack uses is fixed with its credential. */
  homes: { real: string; simulated: string };
  /** Keys of new stacks; made when they are needed when it is left out. */
  stackKeys?: StackKeys;
  /** Opens Pulumi's state for one stack and one lease. */
  openState(holder: StateHolder): Promise<OpenState>;
  /** Revokes logins that nobody uses any more, and names them. */
  sweepStates(): Promise<string[]>;
  workDir: string;
  /** Hands out users for steps; left out where they run as the worker does. */
  users?: RunnerUsers | undefined;
  simulatorUrl: string | undefined;
  /** The worker's environment, of which a runner gets an allow-list. */
  environment: Record<string, string | undefined>;
  /** Milliseconds from a cancel to the kill. */
  cancelGrace: number;
  /** Milliseconds between two looks at what a cloud is still making. */
  settlePause: number;
};

/** The limits and clocks of a worker; tests inject their own. */
export type WorkerContext = {
  store: Store;
  queue: OperationProducer;
  logger: Logger;
  /** Names this process in leases: host, its boot, pid and a random part. */
  owner: string;
  leaseSeconds: number;
  engine: EngineSettings;
  /** Stands before every connection to an address that a user named. */
  outgoing: OutgoingGuard;
  memberPatience: Patience;
  /** How long a member's workloads may take to move away. */
  drainPatience: Patience;
  metrics: WorkerMetrics;
  /** Left out where nobody is told of traces. */
  tracing?: Tracing | undefined;
  /** Draws the jitter of retries; 0 ≤ x < 1. */
  random(): number;
  /** Multiplies the delays of automatic retries; 1 in production. */
  retryScale: number;
  /** Multiplies the deadlines of steps; 1 in production. */
  deadlineScale: number;
  now(): Date;
  /** How long and how many of what is over are kept. */
  retention: { operations: Keeping; snapshots: Keeping; history: Keeping; auditDays?: number | undefined };
};
