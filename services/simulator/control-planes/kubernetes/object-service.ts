// Answers the kubernetes provider's calls: objects of simulated API servers, kept in the ledger under the account that
// owns the server. Like the real provider, a create stops at an object of its name, unless the provider is told to adopt it.
import { UNKNOWN_TEXT } from '../../../../plugins/kit/json.ts';
import { CloudError } from '../../clouds/cloud-error.ts';
import type { CheckAnswer, ProviderCall, ResourceAnswer } from '../../clouds/provider-call.ts';
import { object, text } from '../../clouds/values.ts';
import type { Clock } from '../../ledger/clock.ts';
import type { Faults } from '../../ledger/faults.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import { findRefusal, openServer, type Opened } from './access.ts';
import { addSystemObject, listObjects, type ApiServer } from './api-servers.ts';
import { findKind, groupOf, tokenOf, type Kind } from './kinds.ts';
import { findWrongTaint } from './patch-taints.ts';
import { fillObject, showObject } from './live-object.ts';

type ServiceParts = { ledger: Ledger; faults: Faults; clock: Clock; signal: AbortSignal };

const NAME = /^[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?$/;
const LONGEST_MEMBER = 48;

/** Serves Kubernetes objects. */
export class ObjectService {
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  check(call: ProviderCall): CheckAnswer {
    const inputs = structuredClone(call.inputs);
    const metadata = object(inputs, 'metadata');
    const kind = findKind(text(inputs, 'apiVersion'), text(inputs, 'kind'));
    const failures: CheckAnswer['failures'] = [];
    if (!kind) {
      const reason = `no matches for kind "${text(inputs, 'kind')}" in version "${text(inputs, 'apiVersion')}"`;
      return { inputs, failures: [{ property: 'kind', reason }] };
    }
    metadata['name'] ??= object(call.olds, 'metadata')['name'] ?? `${call.name}-${randomSuffix()}`;
    if (kind.namespaced) metadata['namespace'] ??= 'default';
    const name = text(metadata, 'name');
    if (name !== UNKNOWN_TEXT && !NAME.test(name)) {
      const reason = `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`;
      failures.push({ property: 'metadata.name', reason });
    }
    return { inputs: { ...inputs, metadata }, failures };
  }

  async create(call: ProviderCall): Promise<ResourceAnswer> {
    const kind = getKind(call.inputs);
    const secrets = kind.secretOutputs ?? [];
    if (call.preview) return { id: call.id ?? '', outputs: planObject(call.inputs), secrets };
    await this.#strike(call, kind);
    const { ledger, clock } = this.#parts;
    const [resource, server] = ledger.transact(() =>
      this.#apply(call, kind, call.config['upsertExistingObjects'] === true),
    );
    return { id: shortId(resource), outputs: showObject(ledger, server, resource, clock.now()), secrets };
  }

  update(call: ProviderCall): Promise<ResourceAnswer> {
    return this.create({ ...call, config: { ...call.config, upsertExistingObjects: true } });
  }

  async read(call: ProviderCall): Promise<ResourceAnswer | undefined> {
    const { ledger, clock } = this.#parts;
    const found = this.#find(call, 'get');
    if (!found) return undefined;
    const { server, resource } = found;
    const outputs = showObject(ledger, server, resource, clock.now());
    const kind = findKind(text(outputs, 'apiVersion'), text(outputs, 'kind'));
    return { id: shortId(resource), outputs, inputs: resource.inputs, secrets: kind?.secretOutputs ?? [] };
  }

  async delete(call: ProviderCall): Promise<void> {
    const { ledger, faults, clock, signal } = this.#parts;
    const found = this.#find(call, 'delete');
    if (!found) return;
    const { server, resource } = found;
    const fault = faults.strike(server.account, call.type, resource.name, ['slow-delete']);
    if (fault?.delaySeconds) await clock.wait(fault.delaySeconds);
    if (fault?.held) await faults.wait(fault, signal);
    ledger.transact(() => this.#remove(server, resource, 'engine'));
  }

  #open(call: ProviderCall): Opened {
    const { ledger, clock } = this.#parts;
    return openServer(ledger, text(call.config, 'server'), text(call.config, 'token'), clock.now());
  }

  /** The object of a call, for somebody who may do this with it. */
  #find(call: ProviderCall, verb: string): { server: ApiServer; resource: Resource } | undefined {
    const opened = this.#openUnlessGone(call);
    if (!opened) return undefined;
    const { server } = opened;
    const resource = this.#parts.ledger.findResource(server.account, call.type, `${server.id}/${call.id ?? ''}`);
    if (!resource) return undefined;
    const { outputs } = resource;
    const kind = getKind(outputs);
    checkRight(opened, verb, kind, object(outputs, 'metadata'));
    return { server, resource };
  }

  /** What `deleteUnreachable` of the real provider does: whatever was in an API server that does not answer is gone with it. */
  #openUnlessGone(call: ProviderCall): Opened | undefined {
    try {
      return this.#open(call);
    } catch (error) {
      const isGone = error instanceof CloudError && error.code === 'ECONNREFUSED';
      if (isGone && call.config['deleteUnreachable'] === true) return undefined;
      throw error;
    }
  }

  async #strike(call: ProviderCall, kind: Kind): Promise<void> {
    const { faults, clock, signal } = this.#parts;
    const { account } = this.#open(call).server;
    const name = text(object(call.inputs, 'metadata'), 'name');
    if (faults.strike(account, tokenOf(kind), name, ['throttle'])) {
      throw new CloudError(
        'TooManyRequests',
        'the server has received too many requests and has asked us to try again later (TooManyRequests)',
        true,
      );
    }
    const slow = faults.strike(account, tokenOf(kind), name, ['slow-create']);
    if (slow?.delaySeconds) await clock.wait(slow.delaySeconds);
    if (slow?.held) await faults.wait(slow, signal);
  }

  #apply(call: ProviderCall, kind: Kind, adopts: boolean): [Resource, ApiServer] {
    const { ledger, clock } = this.#parts;
    const opened = this.#open(call);
    const { server } = opened;
    const now = clock.now();
    const metadata = object(call.inputs, 'metadata');
    const [name, namespace] = [text(metadata, 'name'), text(metadata, 'namespace')];
    this.#judge(server, kind, name, namespace);
    if (kind.kind === 'Cluster') requireHubTaints(call.inputs);
    const id = [server.id, ...(kind.namespaced ? [namespace] : []), name].join('/');
    const before = ledger.findResource(server.account, tokenOf(kind), id);
    checkRight(opened, before ? 'patch' : 'create', kind, metadata);
    if (before && !adopts)
      throw new CloudError('AlreadyExists', `${kind.plural} "${name}" already exists (AlreadyExists)`);
    const outputs = fillObject(ledger, server, call.inputs, before?.outputs, now);
    requireToken(outputs);
    const resource: Resource = {
      account: server.account,
      type: tokenOf(kind),
      id,
      name,
      region: server.id,
      state: 'ready',
      inputs: call.inputs,
      outputs,
      urn: call.urn,
      createdAt: before?.createdAt ?? now.toISOString(),
      updatedAt: now.toISOString(),
      system: before?.system ?? false,
      controlPlane: null,
    };
    ledger.saveResource(resource);
    if (kind.kind === 'Cluster' && !before) {
      const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `karmada-es-${name}` } };
      addSystemObject(ledger, server, 'kubernetes:core/v1:Namespace', { ...space, status: { phase: 'Active' } }, now);
    }
    this.#record(resource, before ? 'update' : 'create', 'engine');
    return [resource, server];
  }

  #judge(server: ApiServer, kind: Kind, name: string, namespace: string): void {
    const { ledger } = this.#parts;
    if (kind.hub && server.role !== 'hub') {
      throw new CloudError('NotFound', `no matches for kind "${kind.kind}" in version "${kind.apiVersion}"`);
    }
    if (kind.kind === 'Cluster' && name.length > LONGEST_MEMBER) {
      const message = `admission webhook "cluster.karmada.io" denied the request: metadata.name: Invalid value: "${name}": must be no more than ${LONGEST_MEMBER} characters`;
      throw new CloudError('Invalid', message);
    }
    if (!kind.namespaced) return;
    const space = ledger.findResource(server.account, 'kubernetes:core/v1:Namespace', `${server.id}/${namespace}`);
    if (!space) throw new CloudError('NotFound', `namespaces "${namespace}" not found`);
  }

  #remove(server: ApiServer, resource: Resource, caller: string): void {
    const { ledger } = this.#parts;
    ledger.removeResource(resource);
    if (!resource.system) this.#record(resource, 'delete', caller);
    const kind = text(resource.outputs, 'kind');
    const space = kind === 'Namespace' ? resource.name : kind === 'Cluster' ? `karmada-es-${resource.name}` : undefined;
    if (space === undefined) return;
    for (const each of listObjects(ledger, server.account, server.id)) {
      const inside = text(object(each.outputs, 'metadata'), 'namespace') === space;
      const itself = kind === 'Cluster' && each.name === space && text(each.outputs, 'kind') === 'Namespace';
      if (inside || itself) this.#remove(server, each, 'cloud');
    }
  }

  #record(resource: Resource, action: 'create' | 'update' | 'delete', caller: string): void {
    const { ledger, clock } = this.#parts;
    const { account, type, id, urn } = resource;
    // Objects may hold tokens: the ledger says what they are called, not what they hold.
    const inputs = { metadata: resource.inputs['metadata'] };
    const at = clock.now().toISOString();
    ledger.record({ account, at, action, type, id, urn, caller, inputs, outcome: 'done', error: null });
  }
}

/** Refuses what the identity may not do, as the API server does. */
function checkRight({ identity }: Opened, verb: string, kind: Kind, metadata: Values): void {
  const refusal = findRefusal(identity, {
    verb,
    group: groupOf(kind),
    resource: kind.plural,
    namespace: text(metadata, 'namespace') || undefined,
    name: text(metadata, 'name'),
  });
  if (refusal !== undefined) throw new CloudError('Forbidden', refusal);
}

function getKind(inputs: Values): Kind {
  const [apiVersion, name] = [text(inputs, 'apiVersion'), text(inputs, 'kind')];
  const kind = findKind(apiVersion, name);
  if (kind) return kind;
  throw new CloudError('NotFound', `no matches for kind "${name}" in version "${apiVersion}"`);
}

/** Hubs know no preference among members. */
function requireHubTaints(cluster: Values): void {
  const wrong = findWrongTaint(object(cluster, 'spec')['taints']);
  if (wrong !== undefined) throw new CloudError('Invalid', `spec.taints: Unsupported value: "${wrong}"`);
}

/** The real provider waits for the token controller and then gives up. */
function requireToken(secret: Values): void {
  if (secret['type'] !== 'kubernetes.io/service-account-token' || text(object(secret, 'data'), 'token')) return;
  throw new CloudError('timeout', 'timed out waiting for Secret data: its service account does not exist');
}

function planObject(inputs: Values): Values {
  const metadata = { ...object(inputs, 'metadata'), uid: UNKNOWN_TEXT, resourceVersion: UNKNOWN_TEXT };
  const isToken = inputs['type'] === 'kubernetes.io/service-account-token';
  return { ...inputs, metadata, status: UNKNOWN_TEXT, ...(isToken ? { data: UNKNOWN_TEXT } : {}) };
}

/** The provider's id: `namespace/name` or `name`. */
function shortId(resource: Resource): string {
  return resource.id.slice(resource.region.length + 1);
}

function randomSuffix(): string {
  return Math.floor(Math.random() * 0xffffffff)
    .toString(16)
    .padStart(8, '0');
}
