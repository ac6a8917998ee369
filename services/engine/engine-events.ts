// Follows the Pulumi engine's events: counts resources, keeps the errors and passes progress on.

import type { EngineEvent, StepEventMetadata } from '@pulumi/pulumi/automation/index.js';
import { classifyFailure, type EngineFailure } from './classify-failure.ts';
import type { DoubtfulCreate } from './pending-creates.ts';
import type { ResourceChanges, RunnerEvent } from './step-request.ts';

const countedAs: Record<string, keyof ResourceChanges> = {
  same: 'same',
  create: 'create',
  import: 'create',
  update: 'update',
  refresh: 'same',
  read: 'same',
  'create-replacement': 'replace',
  delete: 'delete',
};

const createOps = new Set<string>(['create', 'create-replacement']);

/** The logical name at the end of a URN. */
export function resourceName(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}

/** The engine marks colours as `<{%reset%}>`; people read the text without them. */
function plainText(message: string): string {
  return message.replaceAll(/<\{%[^%]*%\}>/g, '').trim();
}

function isOwn(type: string): boolean {
  return type.startsWith('pulumi:');
}

/** Collects one action's events. `handle` never throws: an exception in an event handler would reject the whole update. */
export class EngineEvents {
  readonly changes: ResourceChanges = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  readonly #send: (event: RunnerEvent) => void;
  /** Creates that ended with an error; the cloud may have made the resource all the same. */
  readonly failedCreates: DoubtfulCreate[] = [];
  /** Whether the engine began to act, and whether it said that it ended: without the latter its state may be half written. */
  began = false;
  ended = false;
  readonly #done = new Set<string>();
  readonly #onlyDeletes: boolean;
  readonly #errors: { message: string; urn?: string }[] = [];

  /** `onlyDeletes`: a destroy runs the program, too, and what that leaves alone is not what the destroy is about. */
  constructor(send: (event: RunnerEvent) => void, { onlyDeletes = false }: { onlyDeletes?: boolean } = {}) {
    this.#send = send;
    this.#onlyDeletes = onlyDeletes;
  }

  handle(event: EngineEvent): void {
    try {
      if (event.preludeEvent) this.began = true;
      if (event.summaryEvent) this.ended = true;
      if (event.resourcePreEvent) this.#started(event.resourcePreEvent.metadata);
      if (event.resOutputsEvent) this.#finished(event.resOutputsEvent.metadata);
      if (event.resOpFailedEvent) this.#failed(event.resOpFailedEvent.metadata);
      if (event.diagnosticEvent) this.#diagnosed(event.diagnosticEvent);
    } catch {
      // Progress is worth less than the update it reports.
    }
  }

  /** The failure that best explains a failed action: a resource's own error before the stack's summary of it. */
  failure(fallback: string): EngineFailure {
    const own = this.#errors.find((error) => error.urn !== undefined && !error.urn.includes('::pulumi:pulumi:Stack::'));
    const found = own ?? this.#errors[0];
    if (found === undefined) return classifyFailure(fallback);
    const resource = own?.urn === undefined ? undefined : `${own.urn.split('::').at(-2)} ${resourceName(own.urn)}`;
    return classifyFailure(found.message, resource);
  }

  /** What a resource's own error says; undefined when it has none. */
  findFailure(urn: string): EngineFailure | undefined {
    const found = this.#errors.find((error) => error.urn === urn);
    return found && classifyFailure(found.message);
  }

  #resource(metadata: StepEventMetadata, state: 'started' | 'done' | 'failed'): void {
    const { op, urn, type } = metadata;
    this.#send({ type: 'resource', op, resource: resourceName(urn), kind: type, state, done: this.#done.size });
  }

  #started(metadata: StepEventMetadata): void {
    if (!isOwn(metadata.type) && metadata.op !== 'same') this.#resource(metadata, 'started');
  }

  #finished(metadata: StepEventMetadata): void {
    if (isOwn(metadata.type) || (this.#onlyDeletes && metadata.op !== 'delete')) return;
    const counted = countedAs[metadata.op];
    if (counted !== undefined) this.changes[counted] += 1;
    if (metadata.op === 'delete-replaced') return;
    this.#done.add(metadata.urn);
    this.#resource(metadata, 'done');
  }

  #failed(metadata: StepEventMetadata): void {
    if (isOwn(metadata.type)) return;
    this.#resource(metadata, 'failed');
    if (!createOps.has(metadata.op) || !metadata.new?.custom) return;
    const { urn, type, parent, provider, inputs } = metadata.new;
    const resource = { urn, type, custom: true, parent, provider, inputs, outputs: {} };
    this.failedCreates.push({ resource, replacing: metadata.op === 'create-replacement' });
  }

  #diagnosed(diagnostic: { severity: string; message: string; urn?: string }): void {
    if (diagnostic.severity !== 'error' && diagnostic.severity !== 'warning') return;
    const message = plainText(diagnostic.message);
    const urn = diagnostic.urn === '' ? undefined : diagnostic.urn;
    if (diagnostic.severity === 'error') this.#errors.push({ message, ...(urn === undefined ? {} : { urn }) });
    this.#send({
      type: 'diagnostic',
      severity: diagnostic.severity,
      message,
      ...(urn === undefined ? {} : { resource: resourceName(urn) }),
    });
  }
}
