// Property values as a plugin sees them: plain JavaScript, with secrets taken off and put on again around every call.
import type { JavaScriptValue, Struct } from 'google-protobuf/google/protobuf/struct_pb.js';
import { readStruct, writeStruct } from './struct.ts';

/** Stands for a value that the engine does not know yet (previews only). */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** A value of a resource's property. */
export type PropertyValue =
  null | boolean | number | string | typeof UNKNOWN | PropertyValue[] | { [name: string]: PropertyValue };

/** A resource's inputs or outputs by name. */
export type Properties = { [name: string]: PropertyValue };

/** Where a value stands within properties. */
export type PropertyPath = (string | number)[];

/** Properties as plain values, and the places whose values are secret. */
export type Decoded = { values: Properties; secrets: PropertyPath[] };

// The engine's wire constants (sdk/go/common/resource/sig and plugin/rpc.go).
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const OUTPUT = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const UNKNOWN_STRING = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const UNKNOWN_SENTINELS = new Set([
  UNKNOWN_STRING,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);

/** Whether a value, or any value inside it, is unknown. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return false;
}

/** Whether a value is a map of properties. */
export function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Turns what the engine sent into plain values, remembering which were secret. */
export function decodeProperties(wire: Struct | undefined): Decoded {
  const secrets: PropertyPath[] = [];
  const values = decodeObject(wire ? readStruct(wire) : {}, [], secrets);
  return { values, secrets };
}

/** Turns plain values into what the engine reads; the values at `secrets` are marked secret wherever they exist. */
export function encodeProperties(values: Properties, secrets: PropertyPath[] = []): Struct {
  const wire = encodeValue(values) as Record<string, JavaScriptValue>;
  // Outermost first: what stands inside a secret needs no mark of its own.
  for (const path of [...secrets].sort((one, other) => one.length - other.length)) markSecret(wire, path);
  return writeStruct(wire);
}

function decodeObject(wire: Record<string, unknown>, path: PropertyPath, secrets: PropertyPath[]): Properties {
  // By entries, for an assignment to `__proto__` would set the prototype and lose the key.
  return Object.fromEntries(
    Object.entries(wire).map(([name, value]) => [name, decodeValue(value, [...path, name], secrets)]),
  );
}

function decodeValue(wire: unknown, path: PropertyPath, secrets: PropertyPath[]): PropertyValue {
  if (typeof wire === 'string') return UNKNOWN_SENTINELS.has(wire) ? UNKNOWN : wire;
  if (Array.isArray(wire)) return wire.map((item, index) => decodeValue(item, [...path, index], secrets));
  if (!isObject(wire)) return wire as PropertyValue;
  const record = wire as Record<string, unknown>;
  if (record[SIGNATURE] === SECRET) {
    secrets.push(path);
    return decodeValue(record['value'] ?? null, path, secrets);
  }
  if (record[SIGNATURE] === OUTPUT) {
    if (record['secret'] === true) secrets.push(path);
    return 'value' in record ? decodeValue(record['value'], path, secrets) : UNKNOWN;
  }
  return decodeObject(record, path, secrets);
}

function encodeValue(value: PropertyValue): JavaScriptValue {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (!isObject(value)) return value;
  // protobuf has no `undefined`; a property without a value is a property that is not there.
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([name, item]) => [name, encodeValue(item)]));
}

function markSecret(wire: Record<string, JavaScriptValue>, path: PropertyPath): void {
  let holder: unknown = wire;
  for (const [index, key] of path.entries()) {
    // What is no more, and what stands inside a secret, is left alone. Only own keys: `constructor` may be a property's name.
    if (typeof holder !== 'object' || holder === null || isSecret(holder) || !Object.hasOwn(holder, key)) return;
    const value = (holder as Record<string | number, unknown>)[key];
    if (index === path.length - 1 && value !== undefined && !isSecret(value)) {
      const marked = { [SIGNATURE]: SECRET, value };
      Object.defineProperty(holder, key, { value: marked, enumerable: true, writable: true, configurable: true });
    }
    holder = value;
  }
}

function isSecret(value: unknown): boolean {
  return isObject(value) && value[SIGNATURE] === SECRET;
}
