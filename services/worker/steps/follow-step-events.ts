// Records a runner's events: counts on the step, diagnostics and recoveries as events of the operation.

import type { RunnerEvent } from '../../engine/step-request.ts';
import { appendEvent } from '../../store/events.ts';
import type { Lease } from '../../store/leases.ts';
import { recordStep, type StepRow } from '../../store/steps.ts';
import type { Redactor } from '../../vault/redact.ts';
import type { WorkerContext } from '../context.ts';

/** Writes progress in order, and at most one write at a time: what came meanwhile is written together. */
class ProgressWriter {
  readonly #write: (change: { planned?: number; done?: number }) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #pending: { planned?: number; done?: number } | undefined;
  #running: Promise<void> | undefined;

  constructor(
    write: (change: { planned?: number; done?: number }) => Promise<unknown>,
    onError: (error: unknown) => void,
  ) {
    this.#write = write;
    this.#onError = onError;
  }

  add(change: { planned?: number; done?: number }): void {
    this.#pending = { ...this.#pending, ...change };
    this.#running ??= this.#drain();
  }

  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending !== undefined) {
        const change = this.#pending;
        this.#pending = undefined;
        await this.#write(change);
      }
    } catch (error) {
      // A lost lease is noticed by its own heartbeat; the step's end will meet the fence.
      this.#onError(error);
    } finally {
      this.#running = undefined;
    }
  }
}

/** Records what a runner tells; `flush` resolves when all of it is written. */
export function followStepEvents(
  context: WorkerContext,
  lease: Lease,
  step: Pick<StepRow, 'index' | 'layer'>,
  redactor: Redactor,
): { onEvent(event: RunnerEvent): void; flush(): Promise<void> } {
  const log = context.logger.child({ operation: lease.operationId, step: step.index, layer: step.layer });
  const warn = (error: unknown): void => log.warn({ err: error }, 'progress could not be recorded');
  const writer = new ProgressWriter(
    (change) => context.store.asSystem((tx) => recordStep(tx, lease, { index: step.index, ...change })),
    warn,
  );
  const notes: Promise<unknown>[] = [];
  const note = (type: string, data: Record<string, unknown>): void => {
    const written = context.store.asSystem((tx) => appendEvent(tx, { operationId: lease.operationId, type, data }));
    notes.push(written.catch(warn));
  };
  const diagnose = (event: Extract<RunnerEvent, { type: 'diagnostic' }>): void => {
    log[event.severity === 'error' ? 'error' : 'warn']({ resource: event.resource }, event.message);
    const { type, ...data } = event;
    note(type, { step: step.index, ...data });
  };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'planned':
          return writer.add({ planned: event.planned });
        case 'resource':
          return event.state === 'done' ? writer.add({ done: event.done }) : undefined;
        case 'diagnostic':
          return diagnose({ ...event, message: redactor.redactText(event.message) });
        case 'recovered':
          return note('recovered', { step: step.index, adopted: event.adopted, cleared: event.cleared });
      }
    },
    async flush() {
      await writer.flush();
      await Promise.all(notes);
    },
  };
}
