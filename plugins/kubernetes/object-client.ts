// Reads and writes single objects of one API server.
import type { Properties, PropertyValue } from '../kit/values.ts';
import { isNotFound } from './api-error.ts';
import type { AskApi } from './connection.ts';
import { groupPath, type Discovery } from './discovery.ts';
import { keyOf, pluckList, withMetadata, type ObjectKey } from './object.ts';

/** How an apply goes in. */
export type ApplyOptions = { manager: string; force: boolean; dryRun: boolean };

/** Answered by an API server. */
export class ObjectClient {
  readonly #ask: AskApi;
  readonly #discovery: Discovery;

  constructor(ask: AskApi, discovery: Discovery) {
    this.#ask = ask;
    this.#discovery = discovery;
  }

  async get(key: ObjectKey, signal: AbortSignal): Promise<Properties> {
    const { item } = await this.#locate(key, signal);
    return describe(await this.#ask({ method: 'GET', path: item, signal }), key);
  }

  /** The object, or undefined when it is not there. */
  async find(key: ObjectKey, signal: AbortSignal): Promise<Properties | undefined> {
    try {
      return await this.get(key, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(
    kind: Omit<ObjectKey, 'name'>,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<PropertyValue[]> {
    const { collection } = await this.#locate({ ...kind, name: '' }, signal);
    return pluckList(await this.#ask({ method: 'GET', path: collection, query, signal }), 'items');
  }

  /** Creates an object; one of its name is in the way. */
  async create(object: Properties, options: Omit<ApplyOptions, 'force'>, signal: AbortSignal): Promise<Properties> {
    const key = keyOf(object);
    const { collection, body } = await this.#locate(key, signal, object);
    const query = { fieldManager: options.manager, ...dry(options) };
    return describe(await this.#ask({ method: 'POST', path: collection, query, body, signal }), key);
  }

  /** Applies an object on the server's side: it is made, or changed where the manager has a say. */
  async apply(object: Properties, options: ApplyOptions, signal: AbortSignal): Promise<Properties> {
    const key = keyOf(object);
    const { item, body } = await this.#locate(key, signal, object);
    const query = { fieldManager: options.manager, force: String(options.force), ...dry(options) };
    const contentType = 'application/apply-patch+yaml';
    return describe(await this.#ask({ method: 'PATCH', path: item, query, body, contentType, signal }), key);
  }

  /** Writes a whole object in the place of what is there. */
  async replace(object: Properties, options: Omit<ApplyOptions, 'force'>, signal: AbortSignal): Promise<Properties> {
    const key = keyOf(object);
    const { item, body } = await this.#locate(key, signal, object);
    const query = { fieldManager: options.manager, ...dry(options) };
    return describe(await this.#ask({ method: 'PUT', path: item, query, body, signal }), key);
  }

  /** Changes parts of an object. */
  async patch(
    key: ObjectKey,
    patch: { type: 'json' | 'merge'; body: unknown },
    options: Omit<ApplyOptions, 'force'>,
    signal: AbortSignal,
  ): Promise<Properties> {
    const { item } = await this.#locate(key, signal);
    const query = { fieldManager: options.manager, ...dry(options) };
    const contentType = patch.type === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
    return describe(
      await this.#ask({ method: 'PATCH', path: item, query, body: patch.body, contentType, signal }),
      key,
    );
  }

  async delete(key: ObjectKey, propagationPolicy: string, signal: AbortSignal): Promise<void> {
    const { item } = await this.#locate(key, signal);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy };
    await this.#ask({ method: 'DELETE', path: item, body, signal });
  }

  async #locate(
    key: ObjectKey,
    signal: AbortSignal,
    object: Properties = {},
  ): Promise<{ collection: string; item: string; body: Properties }> {
    const { plural, namespaced } = await this.#discovery.get(key, signal);
    // A program may name a namespace where there is none; only the server knows.
    const body = namespaced ? object : withMetadata(object, { namespace: undefined });
    const namespace = key.namespace === '' ? 'default' : key.namespace;
    const within = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    const collection = `${groupPath(key.apiVersion)}${within}/${plural}`;
    return { collection, item: `${collection}/${encodeURIComponent(key.name)}`, body };
  }
}

function dry({ dryRun }: { dryRun: boolean }): Record<string, string> {
  return dryRun ? { dryRun: 'All' } : {};
}

/** Some answers leave their kind out, as items of lists do. */
function describe(object: Properties, { apiVersion, kind }: ObjectKey): Properties {
  return { apiVersion, kind, ...object };
}
