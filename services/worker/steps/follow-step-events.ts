// Records a runner's events: counts on the step, diagnostics and recoveries as events of the operation.

import type { RunnerEvent } from '../../engine/step-request.ts';
import type { Lease } from '../../store/leases.ts';
import { recordStep, type StepRow } from '../../store/steps.ts';
import { appendNotes, type Note } from '../../store/write-observed.ts';
import type { Redactor } from '../../vault/redact.ts';
import type { WorkerContext } from '../context.ts';

/** What is to be written next. */
type Pending = { counts?: { planned?: number; done?: number }; notes: Note[]; dropped: number };

/** Notes that may wait for the database; a runner that tells more than that repeats itself. */
const notesKept = 200;

/** Writes in order, and at most one write at a time: what came meanwhile is written together, however slow the database is. */
class ProgressWriter {
  readonly #write: (pending: Pending) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #pending: Pending | undefined;
  #running: Promise<void> | undefined;

  constructor(write: (pending: Pending) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#write = write;
    this.#onError = onError;
  }

  count(change: { planned?: number; done?: number }): void {
    const pending = this.#open();
    pending.counts = { ...pending.counts, ...change };
  }

  note(note: Note): void {
    const pending = this.#open();
    if (pending.notes.length < notesKept) pending.notes.push(note);
    else pending.dropped += 1;
  }

  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #open(): Pending {
    this.#pending ??= { notes: [], dropped: 0 };
    this.#running ??= this.#drain();
    return this.#pending;
  }

  async #drain(): Promise<void> {
    try {
      // What is told in one turn is written in one unit of work.
      await Promise.resolve();
      while (this.#pending !== undefined) {
        const pending = this.#pending;
        this.#pending = undefined;
        await this.#write(pending);
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
  const write = ({ counts, notes, dropped }: Pending): Promise<void> =>
    context.store.asSystem(async (tx) => {
      if (counts !== undefined) await recordStep(tx, lease, { index: step.index, ...counts });
      const rest = dropped === 0 ? [] : [{ type: 'dropped', data: { step: step.index, notes: dropped } }];
      await appendNotes(tx, lease, [...notes, ...rest]);
    });
  const writer = new ProgressWriter(write, (error) => log.warn({ err: error }, 'progress could not be recorded'));
  const note = (type: string, data: Record<string, unknown>): void =>
    writer.note({ type, data: { step: step.index, ...data } });
  const diagnose = ({ type, ...data }: Extract<RunnerEvent, { type: 'diagnostic' }>): void => {
    log[data.severity === 'error' ? 'error' : 'warn']({ resource: data.resource }, data.message);
    note(type, data);
  };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'planned':
          return writer.count({ planned: event.planned });
        case 'resource':
          return event.state === 'done' ? writer.count({ done: event.done }) : undefined;
        case 'diagnostic':
          return diagnose({ ...event, message: redactor.redactText(event.message) });
        case 'recovered':
          return note('recovered', { adopted: event.adopted, cleared: event.cleared });
      }
    },
    flush: () => writer.flush(),
  };
}
