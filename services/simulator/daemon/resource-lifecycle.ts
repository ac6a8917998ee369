// The course of an accepted change: time passes, faults strike, the resource becomes ready or goes. It runs to its end here,
// whatever becomes of the caller, as it does at a cloud, and is taken up again after a restart.
import type { Clock } from './clock.ts';
import { getCloudOf, getType } from './clouds/registry.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Resource, ResourceType, Values } from './resource-type.ts';
import { findSchema } from './schemas/schema.ts';

/** A resource as a call answers it. */
export type ResourceAnswer = { id: string; outputs: Values; inputs?: Values; secrets: string[] };

/** The resource exists but did not come up, or the caller gave up waiting. */
export class PartialError extends Error {
  readonly code: string;
  readonly answer: ResourceAnswer;

  constructor(code: string, message: string, answer: ResourceAnswer) {
    super(message);
    this.name = 'PartialError';
    this.code = code;
    this.answer = answer;
  }
}

/** What a course of events depends on. */
export type CourseParts = { ledger: Ledger; faults: Faults; clock: Clock; signal: AbortSignal; host: () => string };

/** Carries changes through, and knows which are under way. */
export class Course {
  readonly #parts: CourseParts;
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: CourseParts) {
    this.#parts = parts;
  }

  /** The change that is under way on a resource; it never rejects. */
  findRunning(resource: Pick<Resource, 'account' | 'type' | 'id'>): Promise<void> | undefined {
    return this.#running.get(keyOf(resource));
  }

  startCreation(type: ResourceType, resource: Resource, resumed = false): Promise<void> {
    return this.#track(resource, this.#finishCreation(type, resource, resumed));
  }

  startUpdate(type: ResourceType, resource: Resource): Promise<void> {
    return this.#track(resource, this.#finishUpdate(resource, type.seconds.update ?? 1));
  }

  startDeletion(type: ResourceType, resource: Resource, resumed = false): Promise<void> {
    return this.#track(resource, this.#finishDeletion(type, resource, resumed));
  }

  /** Takes up what was under way when the daemon last stopped. */
  resume(): void {
    for (const resource of this.#parts.ledger.listUnfinished()) {
      if (resource.system || resource.type.startsWith('kubernetes:')) continue;
      const type = getType(resource.type);
      const course =
        resource.state === 'creating'
          ? this.startCreation(type, resource, true)
          : resource.state === 'updating'
            ? this.startUpdate(type, resource)
            : this.startDeletion(type, resource, true);
      course.catch(() => undefined);
    }
  }

  async #finishCreation(type: ResourceType, resource: Resource, resumed: boolean): Promise<void> {
    const { ledger, clock } = this.#parts;
    await this.#slow(resource, 'slow-create', resumed);
    await clock.pass(type.seconds.create ?? 1);
    const partial = this.#parts.faults.strike(resource.account, resource.type, resource.name, ['partial-create']);
    const current = ledger.findResource(resource.account, resource.type, resource.id);
    // Removed behind our back meanwhile.
    if (!current) return;
    ledger.saveResource({ ...current, state: partial ? 'failed' : 'ready', updatedAt: clock.now().toISOString() });
    if (!partial) return;
    const text = `${resource.type} ${resource.name} entered state FAILED while it was created`;
    throw new PartialError('CreateFailed', text, answerOf(type, current));
  }

  async #finishUpdate(resource: Resource, seconds: number): Promise<void> {
    const { ledger, clock } = this.#parts;
    await clock.pass(seconds);
    const current = ledger.findResource(resource.account, resource.type, resource.id);
    if (current) ledger.saveResource({ ...current, state: 'ready', updatedAt: clock.now().toISOString() });
  }

  async #finishDeletion(type: ResourceType, resource: Resource, resumed: boolean): Promise<void> {
    const { ledger, clock } = this.#parts;
    await this.#slow(resource, 'slow-delete', resumed);
    await clock.pass(type.seconds.delete ?? 1);
    ledger.transact(() => {
      if (!ledger.findResource(resource.account, resource.type, resource.id)) return;
      ledger.removeResource(resource);
      if (type.neverDeleted) ledger.saveResource({ ...resource, state: 'ready', system: true });
      this.record(resource, 'delete', 'engine');
    });
  }

  async #slow(resource: Resource, kind: 'slow-create' | 'slow-delete', resumed: boolean): Promise<void> {
    const { faults, clock, signal } = this.#parts;
    const { account, type, name } = resource;
    // After a restart the gate that holds the resource has been used up by it already.
    const fault = resumed ? faults.findGate(account, type, name, kind) : faults.strike(account, type, name, [kind]);
    if (fault?.delaySeconds && !resumed) await clock.wait(fault.delaySeconds);
    if (fault?.held) await faults.wait(fault, signal);
  }

  #track(resource: Resource, finished: Promise<void>): Promise<void> {
    const key = keyOf(resource);
    const settled = finished.finally(() => this.#running.delete(key));
    const quiet = settled.catch(() => undefined);
    this.#running.set(key, quiet);
    return settled;
  }

  record(resource: Resource, action: 'create' | 'update' | 'delete', caller: string): void {
    const { account, type, id, urn, inputs } = resource;
    const at = this.#parts.clock.now().toISOString();
    this.#parts.ledger.record({ account, at, action, type, id, urn, caller, inputs, outcome: 'done', error: null });
  }
}

/** What a call answers about a resource. */
export function answerOf(type: ResourceType, resource: Resource): ResourceAnswer {
  const pending = resource.state === 'creating' ? type.whileCreating : undefined;
  const outputs = pickOutputs(type.token, { ...resource.outputs, ...pending });
  return { id: resource.id, outputs, secrets: type.secretOutputs ?? [] };
}

/** What the SDK declares as outputs; parts of an id, such as Azure's group names, are inputs alone. */
export function pickOutputs(token: string, values: Values): Values {
  const schema = findSchema(getCloudOf(token).name, token);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !schema || name in schema.outputs));
}

function keyOf(resource: Pick<Resource, 'account' | 'type' | 'id'>): string {
  return `${resource.account}\n${resource.type}\n${resource.id}`;
}
