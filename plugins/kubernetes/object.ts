// Small readings of Kubernetes objects as property values, and the two spellings of the keys that a program cannot write.
import { isObject, type Properties, type PropertyValue } from '../kit/values.ts';

/** Which object: its kind as the program spells it, and where it stands. */
export type ObjectKey = { apiVersion: string; kind: string; namespace: string; name: string };

/** Reads the value at a path; undefined when there is none. */
export function pluck(value: PropertyValue | undefined, ...path: string[]): PropertyValue | undefined {
  let found = value;
  for (const key of path) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** Reads a text at a path; empty when there is none. */
export function pluckText(value: PropertyValue | undefined, ...path: string[]): string {
  const found = pluck(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Reads a number at a path; zero when there is none, as the API server leaves zeros out. */
export function pluckNumber(value: PropertyValue | undefined, ...path: string[]): number {
  const found = pluck(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** Reads a list at a path; empty when there is none. */
export function pluckList(value: PropertyValue | undefined, ...path: string[]): PropertyValue[] {
  const found = pluck(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Reads an object at a path; empty when there is none. */
export function pluckObject(value: PropertyValue | undefined, ...path: string[]): Properties {
  const found = pluck(value, ...path);
  return isObject(found) ? found : {};
}

/** The key of an object. */
export function keyOf(object: Properties): ObjectKey {
  return {
    apiVersion: pluckText(object, 'apiVersion'),
    kind: pluckText(object, 'kind'),
    namespace: pluckText(object, 'metadata', 'namespace'),
    name: pluckText(object, 'metadata', 'name'),
  };
}

/** The id by which the engine knows an object: `namespace/name`, or the name. */
export function writeId({ namespace, name }: Pick<ObjectKey, 'namespace' | 'name'>): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Reads an id. */
export function readId(id: string): Pick<ObjectKey, 'namespace' | 'name'> {
  const slash = id.indexOf('/');
  return slash < 0 ? { namespace: '', name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** An annotation's text; empty when there is none. */
export function getAnnotation(object: Properties, name: string): string {
  return pluckText(object, 'metadata', 'annotations', name);
}

/** Whether an annotation says "true". */
export function isAnnotated(object: Properties, name: string): boolean {
  return getAnnotation(object, name) === 'true';
}

/** A copy with other metadata; what is undefined is taken out. */
export function withMetadata(object: Properties, change: Record<string, PropertyValue | undefined>): Properties {
  const metadata = { ...pluckObject(object, 'metadata'), ...change };
  const present = Object.entries(metadata).filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined);
  return { ...object, metadata: Object.fromEntries(present) };
}

/** The group of an `apiVersion`; empty for the core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** Reads the kind out of a type token such as `kubernetes:rbac.authorization.k8s.io/v1:ClusterRole`. */
export function readTypeToken(token: string): Pick<ObjectKey, 'apiVersion' | 'kind'> {
  const [, groupVersion = '', kind = ''] = token.split(':');
  return { apiVersion: groupVersion.replace(/^core\//, ''), kind };
}

const EXTENSIONS = [
  'embedded-resource',
  'int-or-string',
  'list-map-keys',
  'list-type',
  'map-type',
  'preserve-unknown-fields',
  'validations',
].map((name) => `x-kubernetes-${name}`);
const TO_SERVER = new Map(EXTENSIONS.map((name) => [name.replaceAll('-', '_'), name]));
const TO_PROGRAM = new Map(EXTENSIONS.map((name) => [name, name.replaceAll('-', '_')]));

/** Spells the keys of schemas as the API server does; programs have underscores there. */
export function spellForServer(object: Properties): Properties {
  return renameKeys(object, TO_SERVER) as Properties;
}

/** Spells the keys of schemas as programs do. */
export function spellForProgram(object: Properties): Properties {
  return renameKeys(object, TO_PROGRAM) as Properties;
}

function renameKeys(value: PropertyValue, names: Map<string, string>): PropertyValue {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [names.get(name) ?? name, renameKeys(item, names)]),
  );
}
