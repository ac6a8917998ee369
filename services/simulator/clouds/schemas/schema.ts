// The shapes of resource types as the official SDKs declare them, and the check of inputs against them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNKNOWN_TEXT } from '../../../../plugins/kit/json.ts';

/** The shape of one property; names of required properties end with an exclamation mark. */
export type Shape =
  'string' | 'number' | 'boolean' | 'any' | { list: Shape } | { map: Shape } | { object: Record<string, Shape> };

/** Inputs and outputs of a resource type. */
export type ResourceSchema = { inputs: Record<string, Shape>; outputs: Record<string, Shape> };

/** One thing wrong with inputs. */
export type ShapeFault = {
  path: string;
  kind: 'missing' | 'unknown' | 'type';
  expected?: string;
  property: string;
};

const loaded = new Map<string, Record<string, ResourceSchema>>();

/** The schema of a type; undefined when the SDK excerpt has none. */
export function findSchema(provider: 'aws' | 'azure-native' | 'gcp', token: string): ResourceSchema | undefined {
  let schemas = loaded.get(provider);
  if (!schemas) {
    const text = readFileSync(join(import.meta.dirname, `${provider}.json`), 'utf8');
    schemas = JSON.parse(text) as Record<string, ResourceSchema>;
    loaded.set(provider, schemas);
  }
  return schemas[token];
}

/** Compares values with shapes and lists every missing, unknown and mistyped property. */
export function findShapeFaults(
  values: Record<string, unknown>,
  shapes: Record<string, Shape>,
  prefix = '',
): ShapeFault[] {
  const faults: ShapeFault[] = [];
  const known = new Map<string, Shape>();
  for (const [name, shape] of Object.entries(shapes)) {
    const property = name.replace(/!$/, '');
    known.set(property, shape);
    if (name.endsWith('!') && (values[property] === undefined || values[property] === null)) {
      faults.push({ path: prefix + property, kind: 'missing', property });
    }
  }
  for (const [property, value] of Object.entries(values)) {
    if (value === undefined || value === null || property.startsWith('__')) continue;
    const shape = known.get(property);
    if (shape === undefined) faults.push({ path: prefix + property, kind: 'unknown', property });
    else faults.push(...findValueFaults(value, shape, prefix + property));
  }
  return faults;
}

function findValueFaults(value: unknown, shape: Shape, path: string): ShapeFault[] {
  if (shape === 'any' || value === UNKNOWN_TEXT || value === null) return [];
  const wrong = (expected: string): ShapeFault[] => [{ path, kind: 'type', expected, property: path }];
  if (typeof shape === 'string') {
    // The engine and the bridged providers turn scalars into one another.
    if (shape === 'string') return typeof value === 'object' ? wrong('string') : [];
    if (shape === 'number') return Number.isNaN(Number(value)) || typeof value === 'object' ? wrong('number') : [];
    return ['true', 'false', '0', '1'].includes(String(value)) ? [] : wrong('bool');
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) return wrong('list');
    return value.flatMap((item, index) => findValueFaults(item, shape.list, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || Array.isArray(value)) return wrong('object');
  const record = value as Record<string, unknown>;
  if ('map' in shape) {
    return Object.entries(record).flatMap(([key, item]) => findValueFaults(item, shape.map, `${path}.${key}`));
  }
  return findShapeFaults(record, shape.object, `${path}.`);
}
