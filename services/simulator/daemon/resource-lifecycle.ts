// The course of an accepted change: time passes, faults strike, control planes open and close, the resource becomes ready
// or goes. It runs to its end here, whatever becomes of the caller, as it does at a cloud, and is taken up after a restart.
import { answerOf, PartialError } from '../clouds/provider-call.ts';
import { getType } from '../clouds/registry.ts';
import type { ResourceType } from '../clouds/resource-type.ts';
import type { ControlPlanes } from '../control-planes/control-planes.ts';
import { meetNeeds, withdrawNeeds } from '../control-planes/needs.ts';
import type { Clock } from '../ledger/clock.ts';
import type { Faults } from '../ledger/faults.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Resource, ResourceKey, ResourceState, Values } from '../ledger/resource.ts';

/** What a change depends on. */
export type LifecycleParts = {
  ledger: Ledger;
  faults: Faults;
  clock: Clock;
  planes: ControlPlanes;
  signal: AbortSignal;
};

/** Carries changes through, and knows which are under way. */
export class ResourceLifecycle {
  readonly #parts: LifecycleParts;
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** The change that is under way on a resource; it never rejects. */
  findRunning(resource: ResourceKey): Promise<void> | undefined {
    return this.#running.get(keyOf(resource));
  }

  startCreation(type: ResourceType, resource: Resource, resumed = false): Promise<void> {
    return this.#track(resource, this.#finishCreation(type, resource, resumed));
  }

  startUpdate(type: ResourceType, resource: Resource): Promise<void> {
    return this.#track(resource, this.#finishUpdate(type, resource));
  }

  startDeletion(type: ResourceType, resource: Resource, resumed = false): Promise<void> {
    return this.#track(resource, this.#finishDeletion(type, resource, resumed));
  }

  /** Takes up what was under way when the daemon last stopped, and finds again what stood. */
  resume(): void {
    const { ledger, planes } = this.#parts;
    for (const resource of ledger.listUnfinished()) {
      if (resource.system || resource.type.startsWith('kubernetes:')) continue;
      this.#resumeOne(getType(resource.type), resource).catch(() => undefined);
    }
    for (const cluster of ledger.listWithControlPlane()) this.#findAgain(cluster).catch(warn);
    void planes.closeReleased();
  }

  /** A control plane that stood is lost, and its cluster has failed. What is under way on the cluster fails by itself. */
  loseControlPlane(id: string, reason: string): void {
    const { ledger, planes, clock } = this.#parts;
    process.stderr.write(`simulator: the control plane ${id} is lost: ${reason}\n`);
    ledger.transact(() => {
      planes.lose(id, reason);
      const cluster = ledger.findByControlPlane(id);
      if (cluster?.state !== 'ready') return;
      const outputs = { ...cluster.outputs, ...getType(cluster.type).controlPlane?.lost };
      ledger.saveResource({ ...cluster, state: 'failed', outputs, updatedAt: clock.now().toISOString() });
    });
  }

  /** Waits for what is under way to end, which it does when the daemon stops. */
  async settle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  record(resource: Resource, action: 'create' | 'update' | 'delete', caller: string): void {
    const { account, type, id, urn, inputs } = resource;
    const at = this.#parts.clock.now().toISOString();
    this.#parts.ledger.record({ account, at, action, type, id, urn, caller, inputs, outcome: 'done', error: null });
  }

  #resumeOne(type: ResourceType, resource: Resource): Promise<void> {
    if (resource.state === 'creating') return this.startCreation(type, resource, true);
    return resource.state === 'updating' ? this.startUpdate(type, resource) : this.startDeletion(type, resource, true);
  }

  async #finishCreation(type: ResourceType, resource: Resource, resumed: boolean): Promise<void> {
    const { clock, faults } = this.#parts;
    await this.#slow(resource, 'slow-create', resumed);
    const text = `${resource.type} ${resource.name} entered state FAILED while it was created`;
    const outputs = await this.#orFail(type, resource, { code: 'CreateFailed', text }, async () => {
      const [known] = await Promise.all([meetNeeds(this.#parts, type, resource), clock.pass(type.seconds.create ?? 1)]);
      return known;
    });
    const partial = faults.strike(resource.account, resource.type, resource.name, ['partial-create']);
    const current = this.#settleAs(resource, partial ? 'failed' : 'ready', outputs);
    if (partial && current) throw new PartialError('CreateFailed', text, answerOf(type, current));
  }

  async #finishUpdate(type: ResourceType, resource: Resource): Promise<void> {
    const { clock } = this.#parts;
    const text = `${resource.type} ${resource.name} could not be updated`;
    const outputs = await this.#orFail(type, resource, { code: 'UpdateFailed', text }, async () => {
      const [known] = await Promise.all([meetNeeds(this.#parts, type, resource), clock.pass(type.seconds.update ?? 1)]);
      return known;
    });
    this.#settleAs(resource, 'ready', outputs);
  }

  async #finishDeletion(type: ResourceType, resource: Resource, resumed: boolean): Promise<void> {
    const { ledger, clock } = this.#parts;
    await this.#slow(resource, 'slow-delete', resumed);
    const text = `${resource.type} ${resource.name} could not be deleted`;
    await this.#orFail(type, resource, { code: 'DeleteFailed', text }, async () => {
      await Promise.all([withdrawNeeds(this.#parts, type, resource), clock.pass(type.seconds.delete ?? 1)]);
    });
    ledger.transact(() => {
      if (!ledger.findResource(resource.account, resource.type, resource.id)) return;
      ledger.removeResource(resource);
      if (type.neverDeleted) ledger.saveResource({ ...resource, state: 'ready', system: true });
      this.record(resource, 'delete', 'engine');
    });
  }

  /** Runs the part that may fail with a reason; the resource is failed then. A stop of the daemon is no failure. */
  async #orFail<T>(
    type: ResourceType,
    resource: Resource,
    failure: { code: string; text: string },
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (this.#parts.signal.aborted) throw error;
      const current = this.#settleAs(resource, 'failed');
      // Removed behind our back meanwhile: nobody misses what it needed.
      if (!current) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new PartialError(failure.code, `${failure.text}: ${reason}`, answerOf(type, current));
    }
  }

  /** Ends a change, unless the resource was removed behind our back. Returns the resource as it was until now. */
  #settleAs(resource: Resource, state: ResourceState, outputs: Values = {}): Resource | undefined {
    const { ledger, clock, planes } = this.#parts;
    const current = ledger.findResource(resource.account, resource.type, resource.id);
    if (!current) return undefined;
    const updatedAt = clock.now().toISOString();
    // Its control plane may have been lost since it was met.
    const isLost = state === 'ready' && resource.controlPlane !== null && planes.isLost(resource.controlPlane);
    ledger.saveResource({
      ...current,
      state: isLost ? 'failed' : state,
      outputs: { ...current.outputs, ...outputs, ...(isLost ? getType(resource.type).controlPlane?.lost : {}) },
      updatedAt,
    });
    return current;
  }

  /** A cluster whose control plane is there no more has failed; one that has moved says where it is. */
  async #findAgain(cluster: Resource): Promise<void> {
    const { ledger, planes } = this.#parts;
    const { controlPlane } = getType(cluster.type);
    const plane = cluster.controlPlane === null ? undefined : await planes.findAgain(cluster.controlPlane);
    const current = ledger.findResource(cluster.account, cluster.type, cluster.id);
    if (current?.state !== 'ready') return;
    const outputs = plane && controlPlane?.outputs(current, plane);
    ledger.saveResource({
      ...current,
      state: outputs ? 'ready' : 'failed',
      outputs: { ...current.outputs, ...(outputs ?? controlPlane?.lost) },
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
}

function keyOf(resource: ResourceKey): string {
  return `${resource.account}\n${resource.type}\n${resource.id}`;
}

function warn(error: Error): void {
  if (error.name !== 'AbortError') process.stderr.write(`simulator: ${error.message}\n`);
}
