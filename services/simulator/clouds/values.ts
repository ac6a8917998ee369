// Small readings of loosely typed properties, shared by the clouds' rules.
import type { Values } from '../ledger/resource.ts';
import { UNKNOWN_TEXT } from '../../../plugins/kit/json.ts';

/** A property as text; empty when it is not there. */
export function text(values: Values | undefined, name: string): string {
  const value = values?.[name];
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** A property as an object; empty when it is none. */
export function object(values: Values | undefined, name: string): Values {
  const value = values?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/** A property as a list; empty when it is none. */
export function list<T = Values>(values: Values | undefined, name: string): T[] {
  const value = values?.[name];
  return Array.isArray(value) ? (value as T[]) : [];
}

/** A property as known text: undefined when it is missing or not known yet. */
export function known(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== UNKNOWN_TEXT ? value : undefined;
}

/** Lower-case hexadecimal digits, as many as asked. */
export function hex(digits: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(digits)), (byte) => (byte & 15).toString(16)).join('');
}
