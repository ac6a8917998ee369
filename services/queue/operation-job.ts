// The one kind of job: which operation has something to do. The truth about it is in PostgreSQL.

import type { JobsOptions } from 'bullmq';
import type { Signal } from '../domain/consequences.ts';

/** Name of the queue, and of the jobs in it. */
export const operationQueue = 'operations';

/** What a job carries; `v` is the version of this shape. */
export type OperationJob = { v: 1; operationId: string; attempt: number };

// The due time is judged by the database's clock when the job comes; one that came too early would wait for the sweep.
const clockMarginMs = 250;

/** Makes the job of a signal. */
export function toJob({ operationId, attempt }: Signal): OperationJob {
  return { v: 1, operationId, attempt };
}

/**
 * Options of a job. PostgreSQL decides about retries, so BullMQ never tries again; ended jobs go away at once, because an add
 * whose id is still kept is silently ignored.
 */
export function jobOptions({ operationId, attempt, delaySeconds = 0 }: Signal): JobsOptions {
  const delay = delaySeconds === 0 ? 0 : Math.ceil(delaySeconds * 1000) + clockMarginMs;
  return { jobId: `${operationId}.${attempt}`, attempts: 1, removeOnComplete: true, removeOnFail: true, delay };
}

/** Reads a job; throws on a shape that this program does not know. */
export function readJob(data: unknown): OperationJob {
  const { v, operationId, attempt } = (data ?? {}) as Partial<Record<keyof OperationJob, unknown>>;
  if (v !== 1 || typeof operationId !== 'string' || typeof attempt !== 'number') {
    throw new Error('a job of the operations queue has an unknown shape');
  }
  return { v, operationId, attempt };
}
