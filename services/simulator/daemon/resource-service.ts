// Answers a cloud's provider calls: judges them by the resource type's rules and hands what it accepts to its lifecycle.
import type { Diff } from '../../../plugins/kit/diff.ts';
import { diffProperties } from '../../../plugins/kit/diff.ts';
import { UNKNOWN_TEXT } from '../../../plugins/kit/json.ts';
import type { Properties } from '../../../plugins/kit/values.ts';
import { CloudError } from '../clouds/cloud-error.ts';
import {
  answerOf,
  PartialError,
  pickOutputs,
  type CheckAnswer,
  type ProviderCall,
  type ResourceAnswer,
} from '../clouds/provider-call.ts';
import { getCloudOf, getType } from '../clouds/registry.ts';
import type { ResourceType } from '../clouds/resource-type.ts';
import { findSchema, findShapeFaults } from '../clouds/schemas/schema.ts';
import { applyQuotas } from '../ledger/quotas.ts';
import type { Resource, Values } from '../ledger/resource.ts';
import { createContext } from './cloud-context.ts';
import type { LifecycleParts, ResourceLifecycle } from './resource-lifecycle.ts';

/** Serves the resources of AWS, Azure and Google Cloud. */
export class ResourceService {
  readonly #parts: LifecycleParts;
  readonly #lifecycle: ResourceLifecycle;
  readonly #byRequest = new Map<string, ResourceAnswer>();

  constructor(parts: LifecycleParts, lifecycle: ResourceLifecycle) {
    this.#parts = parts;
    this.#lifecycle = lifecycle;
  }

  check(call: ProviderCall): CheckAnswer {
    const type = getType(call.type);
    const cloud = getCloudOf(call.type);
    const inputs = { ...call.inputs };
    if (type.autoName && (inputs[type.autoName] ?? null) === null) {
      const suffix = Math.floor(Math.random() * 0xfffffff).toString(16);
      inputs[type.autoName] = call.olds?.[type.autoName] ?? `${call.name}-${suffix.padStart(7, '0')}`;
    }
    const schema = findSchema(cloud.name, call.type);
    const faults = schema ? findShapeFaults(inputs, schema.inputs) : [];
    const failures = faults.map((fault) => cloud.describeFault(fault, call.type));
    if (failures.length === 0) failures.push(...(type.validate?.(inputs) ?? []));
    return { inputs, failures };
  }

  diff(call: ProviderCall): Diff {
    const type = getType(call.type);
    return diffProperties((call.olds ?? {}) as Properties, call.inputs as Properties, {
      replaceOn: type.replaceOn,
      deleteBeforeReplace: type.deleteBeforeReplace === true,
    });
  }

  async create(call: ProviderCall): Promise<ResourceAnswer> {
    const type = getType(call.type);
    if (call.preview) return { id: '', outputs: this.#plan(call), secrets: type.secretOutputs ?? [] };
    const name = nameOf(type, call);
    try {
      this.#refuse(type, call.account, name, 'create');
      const resource = this.#accept(type, call);
      const answer = answerOf(type, resource);
      if (call.requestId) this.#byRequest.set(call.requestId, answer);
      const finished = this.#lifecycle.startCreation(type, resource);
      await this.#within(call, type, resource, finished);
      this.#loseAnswer(type, resource);
      return answerOf(type, this.#get(resource));
    } catch (error) {
      if (error instanceof CloudError) this.#recordRefusal(call, 'create', name, error);
      throw error;
    } finally {
      if (call.requestId) this.#byRequest.delete(call.requestId);
    }
  }

  async read(call: ProviderCall): Promise<ResourceAnswer | undefined> {
    const type = getType(call.type);
    const resource = this.#find(call);
    if (!resource) return undefined;
    const isImport = Object.keys(call.state ?? {}).length === 0;
    if (type.importWaits && isImport && resource.state === 'creating') await this.#lifecycle.findRunning(resource);
    return { ...answerOf(type, this.#get(resource)), inputs: resource.inputs };
  }

  async update(call: ProviderCall): Promise<ResourceAnswer> {
    const type = getType(call.type);
    const { ledger } = this.#parts;
    if (call.preview) {
      const outputs = pickOutputs(call.type, { ...call.state, ...call.inputs });
      return { id: call.id ?? '', outputs, secrets: type.secretOutputs ?? [] };
    }
    const resource = this.#find(call);
    if (!resource) throw getCloudOf(call.type).gone({ type: call.type, id: call.id ?? '' });
    try {
      this.#refuse(type, call.account, resource.name, 'update');
      if (resource.state !== 'ready' && resource.state !== 'failed') throw getCloudOf(call.type).busy(resource);
      const changed = ledger.transact(() => this.#change(type, call, resource));
      await this.#within(call, type, changed, this.#lifecycle.startUpdate(type, changed));
      return answerOf(type, this.#get(changed));
    } catch (error) {
      if (error instanceof CloudError) this.#recordRefusal(call, 'update', resource.id, error);
      throw error;
    }
  }

  async delete(call: ProviderCall): Promise<void> {
    const type = getType(call.type);
    const { ledger } = this.#parts;
    let resource = this.#find(call);
    if (!resource || resource.system) return;
    try {
      this.#refuse(type, call.account, resource.name, 'delete');
      const quick = (type.seconds.create ?? 1) < 60;
      if (quick) await this.#lifecycle.findRunning(resource);
      resource = ledger.findResource(call.account, call.type, resource.id);
      if (!resource) return;
      if (resource.state === 'creating' || resource.state === 'updating') throw getCloudOf(call.type).busy(resource);
      const leaving = { ...resource, state: 'deleting' as const };
      ledger.transact(() => {
        type.remove?.(this.#context(call), leaving);
        ledger.saveResource(leaving);
      });
      const finished = this.#lifecycle.findRunning(leaving) ?? this.#lifecycle.startDeletion(type, leaving);
      await this.#within(call, type, leaving, finished);
    } catch (error) {
      if (error instanceof CloudError) this.#recordRefusal(call, 'delete', call.id ?? '', error);
      throw error;
    }
  }

  invoke(token: string, call: Omit<ProviderCall, 'type'>, args: Values): Values {
    const run = getCloudOf(token).invokes[token];
    if (!run) throw new CloudError('UnknownFunction', `unknown function ${token}`);
    return this.#parts.ledger.transact(() => run(this.#context({ ...call, type: token }), args));
  }

  /** What a cancelled call has made so far; the creation itself goes on. */
  findAbandoned(requestId: string): ResourceAnswer | undefined {
    return this.#byRequest.get(requestId);
  }

  /** Throttling and missing capacity come before anything is made. */
  #refuse(type: ResourceType, account: string, name: string, action: string): void {
    const cloud = getCloudOf(type.token);
    const { faults } = this.#parts;
    if (faults.strike(account, type.token, name, ['throttle'])) throw cloud.throttle(type, action);
    if (action !== 'create' || !type.capacity) return;
    if (faults.strike(account, type.token, name, ['capacity'])) throw type.capacity({ name });
  }

  #accept(type: ResourceType, call: ProviderCall): Resource {
    const { ledger, clock, planes } = this.#parts;
    const checked = this.check(call);
    const [failure] = checked.failures;
    if (failure) throw new CloudError('InvalidParameter', `${failure.property}: ${failure.reason}`);
    return ledger.transact(() => {
      const context = this.#context(call);
      applyQuotas(ledger, call.account, type.quotas?.(context, checked.inputs) ?? []);
      const created = type.create(context, checked.inputs);
      if (ledger.findResource(call.account, call.type, created.id)) {
        throw new CloudError('AlreadyExists', `${call.type} ${created.id} already exists`);
      }
      const now = clock.now().toISOString();
      const resource: Resource = {
        account: call.account,
        type: call.type,
        id: created.id,
        name: created.name,
        region: created.region ?? context.region,
        state: 'creating',
        inputs: checked.inputs,
        outputs: created.outputs,
        urn: call.urn,
        createdAt: now,
        updatedAt: now,
        system: false,
        controlPlane: type.controlPlane ? planes.reserve(call.account) : null,
      };
      ledger.saveResource(resource);
      this.#lifecycle.record(resource, 'create', 'engine');
      return resource;
    });
  }

  #change(type: ResourceType, call: ProviderCall, resource: Resource): Resource {
    const { ledger, clock } = this.#parts;
    const context = this.#context(call);
    const outputs = type.update?.(context, resource, call.inputs) ?? {};
    const changed: Resource = {
      ...resource,
      state: 'updating',
      inputs: call.inputs,
      outputs: { ...resource.outputs, ...withoutDropped(resource, call.inputs), ...outputs },
      updatedAt: clock.now().toISOString(),
    };
    // Where its control plane is stays known, whatever the program says beside that.
    const plane = context.findControlPlane(resource);
    if (plane) Object.assign(changed.outputs, type.controlPlane?.outputs(changed, plane));
    ledger.saveResource(changed);
    this.#lifecycle.record(changed, 'update', 'engine');
    return changed;
  }

  /** The answer is lost on its way: the caller sees a failure, the resource stands. */
  #loseAnswer(type: ResourceType, resource: Resource): void {
    const { faults } = this.#parts;
    const { account, name } = resource;
    if (faults.strike(account, type.token, name, ['timeout-after-create'])) {
      throw getCloudOf(type.token).lost(type, name);
    }
    if (faults.strike(account, type.token, name, ['crash-after-create'])) {
      throw new CloudError('SimulatedCrash', 'the plugin is to die now');
    }
  }

  /** Waits as long as the caller's own time-out allows. */
  async #within(call: ProviderCall, type: ResourceType, resource: Resource, finished: Promise<void>): Promise<void> {
    if (!call.timeoutSeconds) return finished;
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), call.timeoutSeconds * 1000);
    try {
      const outcome = await Promise.race([finished, late]);
      if (outcome !== 'late') return;
    } finally {
      clearTimeout(timer);
    }
    finished.catch(() => undefined);
    const error = getCloudOf(type.token).lost(type, resource.name);
    throw new PartialError(error.code, error.message, answerOf(type, resource));
  }

  /** What a preview can say: the inputs, and that all else is not known yet. */
  #plan(call: ProviderCall): Values {
    const planned: Values = { ...call.inputs };
    const schema = findSchema(getCloudOf(call.type).name, call.type);
    for (const name of Object.keys(schema?.outputs ?? {})) planned[name] ??= UNKNOWN_TEXT;
    return pickOutputs(call.type, planned);
  }

  /** By its id, or by the id that an import takes. */
  #find(call: ProviderCall): Resource | undefined {
    const { ledger } = this.#parts;
    const id = call.id ?? '';
    const { importId } = getType(call.type);
    return (
      ledger.findResource(call.account, call.type, id) ??
      (importId && ledger.listResources(call.account, call.type).find((resource) => importId(resource) === id))
    );
  }

  #get(resource: Resource): Resource {
    const { ledger } = this.#parts;
    const current = ledger.findResource(resource.account, resource.type, resource.id);
    if (!current) throw getCloudOf(resource.type).gone(resource);
    return current;
  }

  #context(call: ProviderCall) {
    return createContext(this.#parts, call);
  }

  #recordRefusal(call: ProviderCall, action: 'create' | 'update' | 'delete', id: string, error: CloudError): void {
    const { account, type, urn, inputs } = call;
    const at = this.#parts.clock.now().toISOString();
    const text = `${error.code}: ${error.message}`;
    this.#parts.ledger.record({
      account,
      at,
      action,
      type,
      id,
      urn,
      caller: 'engine',
      inputs: inputs ?? {},
      outcome: 'refused',
      error: text,
    });
  }
}

function nameOf(type: ResourceType, call: ProviderCall): string {
  return String((type.autoName && call.inputs[type.autoName]) || call.name);
}

/** New inputs over the outputs; a property that the program no longer gives is gone. */
function withoutDropped(resource: Resource, inputs: Values): Values {
  const dropped = Object.keys(resource.inputs).filter((name) => !Object.hasOwn(inputs, name));
  return { ...Object.fromEntries(dropped.map((name) => [name, null])), ...inputs };
}
