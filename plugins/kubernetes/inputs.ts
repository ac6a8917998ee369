// Brings a program's inputs into the form in which they are compared, and a live object into the shape of its inputs.
import { hasUnknown, isObject, type Properties, type PropertyPath, type PropertyValue } from '../kit/values.ts';
import { holdsQuantity, isSameQuantity } from './quantity.ts';
import { isBuiltIn } from './discovery.ts';
import { pluck, pluckObject, pluckText, withMetadata } from './object.ts';

/** What only the server writes into metadata. */
const SERVER_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'uid',
];
const REVISION = 'deployment.kubernetes.io/revision';

/** What kubectl leaves on objects: a copy of what it applied, with the data of Secrets. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Inputs as the API server would store them, where that is known, without what only it writes. */
export function normalizeInputs(inputs: Properties): Properties {
  const clean = dropServerMetadata(inputs);
  if (isSecret(clean)) return normalizeSecret(clean);
  if (isDefinition(clean)) return normalizeDefinition(clean);
  return clean;
}

/** Whether an object is a Secret. */
export function isSecret(object: Properties): boolean {
  return object['apiVersion'] === 'v1' && object['kind'] === 'Secret';
}

/** Whether an object defines a kind. */
export function isDefinition(object: Properties): boolean {
  return (
    pluckText(object, 'apiVersion').startsWith('apiextensions.k8s.io/') &&
    pluckText(object, 'kind') === 'CustomResourceDefinition'
  );
}

/** The inputs that would make a live object, for one that no program has described yet. */
export function readInputs(live: Properties): Properties {
  const { status: _status, ...rest } = dropServerMetadata(live);
  const annotations = Object.entries(pluckObject(rest, 'metadata', 'annotations')).filter(
    ([name]) => name !== REVISION && name !== LAST_APPLIED,
  );
  return withMetadata(rest, { annotations: annotations.length > 0 ? Object.fromEntries(annotations) : undefined });
}

function dropServerMetadata(object: Properties): Properties {
  if (!isObject(object['metadata'])) return object;
  return withMetadata(object, Object.fromEntries(SERVER_METADATA.map((name) => [name, undefined])));
}

/** The server moves texts into `data`, in base64, where they win. */
function normalizeSecret(secret: Properties): Properties {
  const { stringData, data, ...rest } = secret;
  if (hasUnknown(stringData) || hasUnknown(data)) return secret;
  if (!isObject(stringData) && !isObject(data)) return secret;
  const kept = Object.entries(isObject(data) ? data : {}).map(([key, value]) => [key, rewriteBase64(value)]);
  const texts = Object.entries(isObject(stringData) ? stringData : {}).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return { ...rest, data: Object.fromEntries([...kept, ...texts]) as Properties };
}

/** As the server writes it again: without white space. What is no base64 is left for the server to refuse. */
function rewriteBase64(value: PropertyValue): PropertyValue {
  if (typeof value !== 'string') return value;
  const plain = value.replaceAll(/\s/g, '');
  const again = Buffer.from(plain, 'base64').toString('base64');
  return again === plain ? again : value;
}

function normalizeDefinition(definition: Properties): Properties {
  const { status: _status, ...rest } = definition;
  if (pluck(rest, 'spec', 'preserveUnknownFields') !== false) return rest;
  const { preserveUnknownFields: _preserve, ...spec } = pluckObject(rest, 'spec');
  return { ...rest, spec };
}

/** The parts of a live object that its inputs have as well, so that what the server fills in is no change. */
export function pruneToInputs(live: Properties, inputs: Properties): Properties {
  const kept: [string, PropertyValue][] = [];
  for (const [name, wanted] of Object.entries(inputs)) {
    const value = Object.hasOwn(live, name) ? live[name] : undefined;
    if (value !== undefined) kept.push([name, pruneValue(value, wanted)]);
    // The server does not store what is empty; it is no change that it left it out.
    else if (isEmpty(wanted)) kept.push([name, wanted]);
  }
  return Object.fromEntries(kept);
}

function pruneValue(live: PropertyValue, wanted: PropertyValue): PropertyValue {
  if (isObject(live) && isObject(wanted)) return pruneToInputs(live, wanted);
  if (!Array.isArray(live) || !Array.isArray(wanted)) return live;
  return live.map((item, index) => {
    const pattern = wanted[index];
    return pattern === undefined ? item : pruneValue(item, pattern);
  });
}

/** Old values that mean the same as new ones, in the spelling of these. */
export function takeSpelling(olds: Properties, news: Properties): Properties {
  return isBuiltIn(pluckText(news, 'apiVersion')) ? (respell(olds, news, []) as Properties) : olds;
}

function respell(old: PropertyValue, next: PropertyValue | undefined, path: PropertyPath): PropertyValue {
  if (next === undefined) return old;
  if (isObject(old) && isObject(next)) {
    return Object.fromEntries(
      Object.entries(old).map(([name, item]) => {
        return [name, respell(item, Object.hasOwn(next, name) ? next[name] : undefined, [...path, name])];
      }),
    );
  }
  if (Array.isArray(old) && Array.isArray(next)) {
    return old.map((item, index) => respell(item, next[index], [...path, index]));
  }
  return holdsQuantity(path) && isSameQuantity(old, next) ? next : old;
}

function isEmpty(value: PropertyValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === '' || (isObject(value) && Object.keys(value).length === 0);
}
