// Property values as JSON text, for a plugin that hands its calls on: a value that is not known yet is a marked string.
import { UNKNOWN, type PropertyValue } from './values.ts';

/** Stands for an unknown value in JSON. */
export const UNKNOWN_TEXT = '\u0000unknown';

/** Writes values as JSON; what is undefined is left out. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_name, item: unknown) => (item === UNKNOWN ? UNKNOWN_TEXT : item));
}

/** Reads what `writeJson` wrote. */
export function readJson(text: string): PropertyValue {
  return showUnknown(JSON.parse(text) as PropertyValue);
}

function showUnknown(value: PropertyValue): PropertyValue {
  if (value === UNKNOWN_TEXT) return UNKNOWN;
  if (Array.isArray(value)) return value.map(showUnknown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, showUnknown(item)]));
}
